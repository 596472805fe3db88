/** `0:42`, `1:05`, `1:00:00`. */
export function countdownText(seconds: number): string {
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  if (hours > 0) parts.unshift(hours);
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** How long a wait is, in words: `in a moment`, `in 40 seconds`, `in 3 minutes`. */
export function waitText(durationMs: number | undefined): string {
  if (durationMs === undefined || durationMs < 2_000) return 'in a moment';
  const seconds = Math.ceil(durationMs / 1_000);
  if (seconds < 90) return `in ${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `in ${minutes} minutes` : `in ${Math.ceil(minutes / 60)} hours`;
}

/** Whole seconds until then; 0 when it is over. */
export function secondsUntil(untilMs: number | undefined, nowMs: number): number {
  return untilMs === undefined ? 0 : Math.max(0, Math.ceil((untilMs - nowMs) / 1_000));
}
