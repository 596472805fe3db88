/** Times for people, in their own language and time zone. */

const clockTime = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDate = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const longDateWithYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const relativeDay = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function timeOfDay(time: Date): string {
  return clockTime.format(time);
}

export function fullTime(time: Date): string {
  return full.format(time);
}

export function mediumTime(time: Date): string {
  return dateAndTime.format(time);
}

/** As short as it can be understood: 14:05 today, then the weekday, then the date. */
export function listTime(time: Date, now: Date): string {
  const days = daysBetween(time, now);
  if (days === 0) return clockTime.format(time);
  return days < 7 ? weekday.format(time) : shortDate.format(time);
}

/** Today, yesterday, Monday 3 March, 3 March 2025. */
export function dayName(time: Date, now: Date): string {
  const days = daysBetween(time, now);
  if (days <= 1) return sentenceCase(relativeDay.format(-days, 'day'));
  return days < 300 ? longDate.format(time) : longDateWithYear.format(time);
}

export function isSameDay(left: Date, right: Date): boolean {
  return left.toDateString() === right.toDateString();
}

/** Whole calendar days from `time` to `now`; 0 for the future too: clocks differ. */
function daysBetween(time: Date, now: Date): number {
  const midnight = (moment: Date): number =>
    Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Math.max(0, (midnight(now) - midnight(time)) / 86_400_000);
}

function sentenceCase(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
