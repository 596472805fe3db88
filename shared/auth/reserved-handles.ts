import { foldCase } from '../text.ts';

/** Handles that speak for everybody or for those who run the system; nobody gets them, so nobody can pretend. */
const reservedHandles: ReadonlySet<string> = new Set([
  'admin',
  'administrator',
  'all',
  'channel',
  'confab',
  'deleted',
  'everyone',
  'here',
  'me',
  'moderator',
  'root',
  'security',
  'support',
  'system',
]);

export function isReservedHandle(handle: string): boolean {
  return reservedHandles.has(foldCase(handle));
}
