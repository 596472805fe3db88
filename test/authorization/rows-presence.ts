/**
 * Presence: anybody may ask for anybody, and what is not for them to know looks like nobody: erased, missing, hidden and
 * blocked people are answered alike (shared/presence/subscribe-presence.test.ts), which no refusal would be.
 */
import { people } from './objects.ts';
import type { FrameRow } from './rows.ts';

const outcomes = {
  own: 'done',
  other: 'done',
  missing: 'done',
  malformed: 'frame.invalid',
  'of another type': 'frame.invalid',
} as const;

const about: FrameRow = {
  objects: { own: async (_, caller) => caller.userId, ...people },
  request: (userId) => ({ user_ids: [userId] }),
  outcomes,
};

export const presenceFrames = {
  'presence.subscribe': about,
  'presence.unsubscribe': about,
  // It is about the caller and their own connection, and names nobody.
  'presence.set': {
    request: () => ({ idle: true, availability: 'away', custom: { text: 'text of a message' } }),
    outcomes: { none: 'done' },
  },
} as const satisfies Record<string, FrameRow>;
