import type { PersonStatus } from '../client/presence-state.ts';
import { listTime } from './times.ts';

const names = { online: 'Online', away: 'Away', offline: '' } as const;

/** Whether somebody is there, or when they last were; empty where nobody is to know. */
export function presenceText(status: PersonStatus | undefined, now: Date): string {
  if (status === undefined) return '';
  if (status.status !== 'offline') return names[status.status];
  return status.lastSeenMs === undefined
    ? 'Offline'
    : `Last seen ${listTime(new Date(status.lastSeenMs), now)}`;
}

/** What somebody says of themselves; empty where they say nothing. */
export function customText(status: PersonStatus | undefined): string {
  const { emoji, text = '' } = status?.custom ?? {};
  return [emoji, text].filter(Boolean).join(' ');
}
