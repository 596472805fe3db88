import type { SystemNotice } from '../../events/server-frames.ts';
import { mediumTime } from './times.ts';

/** What a notice says; empty for codes that are for the client alone, and for those that it does not know. */
export function noticeText({ code, params }: Pick<SystemNotice, 'code' | 'params'>): string {
  if (code === 'notice.text') return textOf(params.text);
  if (code !== 'maintenance.planned') return '';
  const from = timeOf(params.starts_at);
  const start = from === undefined ? '' : ` for ${from}`;
  const { minutes } = params;
  const length = typeof minutes === 'number' ? ` about ${minutes} minutes` : ' a while';
  return `Maintenance is planned${start}. Confab may be away for${length}.`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function timeOf(value: unknown): string | undefined {
  const time = new Date(textOf(value));
  return Number.isNaN(time.getTime()) ? undefined : mediumTime(time);
}
