/** The kinds of objects that somebody may ask for, and what is refused of them everywhere. */
import { randomIds } from '../../shared/ids.ts';
import type { ObjectRow, Outcome } from './rows.ts';
import type { Person, World } from './world.ts';

export const conversations = {
  own: async (world: World, caller: Person) => world.conversation(caller, await world.person()),
  left: async (world: World, caller: Person) => world.conversationThatWasLeft(await world.person(), caller),
  foreign: async (world: World) => world.conversation(await world.person(), await world.person()),
  missing: async () => randomIds.conversation(),
  malformed: async () => '../x',
  'of another type': async (_: World, caller: Person) => caller.userId,
};
/** A message: its conversation and its number. */
export const messages = Object.fromEntries([
  ...Object.entries(conversations).map(([kind, make]) => [
    kind,
    async (world: World, caller: Person) => `${await make(world, caller)} 1`,
  ]),
  ...['0', '4', '999999999999999', 'x', '-1'].map((seq) => [
    `own, no message ${seq}`,
    async (world: World, caller: Person) => `${await conversations.own(world, caller)} ${seq}`,
  ]),
]) as ObjectRow['objects'];
export const sessions = {
  own: async (_: World, caller: Person) => caller.sessionId,
  foreign: async (world: World) => (await world.person()).sessionId,
  missing: async () => randomIds.session(),
  malformed: async () => 'GATE',
  'of another type': async (_: World, caller: Person) => caller.userId,
};
export const people = {
  other: async (world: World) => (await world.person()).userId,
  missing: async () => randomIds.user(),
  malformed: async () => 'u_',
  'of another type': async () => randomIds.conversation(),
};

export const frameOutcomes = {
  own: 'done',
  left: 'conversation.not_found',
  foreign: 'conversation.not_found',
  missing: 'conversation.not_found',
  malformed: 'frame.invalid',
  'of another type': 'frame.invalid',
} as const;

export function refusedBut(
  but: Readonly<Record<string, Outcome>>,
  otherwise: Outcome,
): Record<string, Outcome> {
  return {
    other: otherwise,
    left: otherwise,
    foreign: otherwise,
    missing: otherwise,
    malformed: otherwise,
    'of another type': otherwise,
    ...but,
  };
}

/** Who may read the conversation may read this of each of its messages. */
export const readingOfMessages: ObjectRow = {
  objects: messages,
  request: (message) => {
    const [id = '', seq_no = ''] = message.split(' ');
    return { path: { id, seq_no } };
  },
  outcomes: {
    ...Object.fromEntries(Object.keys(messages).map((kind) => [kind, 'message.not_found'] as const)),
    ...refusedBut({ own: 200, left: 200 }, 'conversation.not_found'),
  },
};
