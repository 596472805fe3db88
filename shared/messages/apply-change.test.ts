import { describe, expect, it } from 'vitest';
import type { MessageChange } from '../../events/change-accepted.ts';
import { aMessage, anna, ben, cleo, userId } from '../../test/support/builders.ts';
import { limits } from '../limits.ts';
import { type Actor, applyChange, formerTextsAfter } from './apply-change.ts';
import type { Message } from './message.ts';

const at = '2026-03-02T08:00:00.000Z';

function by(actor: Partial<Actor> & { userId: string }): Actor {
  return { maySend: true, mayModerate: false, mayPin: true, mayMention: () => true, ...actor };
}

const author = by({ userId: anna });
const other = by({ userId: ben });
const moderator = by({ userId: ben, mayModerate: true });

const apply = (message: Message | undefined, change: MessageChange, actor: Actor, pinned = 0) =>
  applyChange(message, change, { actor, at, pinned });

const edit = (content: string, mentions?: string[]) =>
  ({ kind: 'edit', seq_no: 1, content, ...(mentions && { mentions }) }) as const;
const remove = { kind: 'delete', seq_no: 1 } as const;
const react = (emoji = '👍') => ({ kind: 'react', seq_no: 1, emoji }) as const;
const unreact = (emoji = '👍') => ({ kind: 'unreact', seq_no: 1, emoji }) as const;
const pin = { kind: 'pin', seq_no: 1 } as const;
const unpin = { kind: 'unpin', seq_no: 1 } as const;
const every: MessageChange[] = [edit('new'), remove, react(), unreact(), pin, unpin];

const deleted = aMessage({ content: '', deletedAt: at });

describe('a change of a message', () => {
  it.each(every)('[M3] $kind needs a message that is there', (change) => {
    expect(apply(undefined, change, author)).toBe('message.not_found');
  });

  it.each(every.filter(({ kind }) => kind !== 'delete'))(
    '[M3] $kind of one that was deleted finds none',
    (change) => {
      expect(apply(deleted, change, moderator)).toBe('message.not_found');
    },
  );

  it.each(every)('leaves alone what $kind is not about', (change) => {
    const message = aMessage({ replyTo: 4 });
    const after = apply(message, change, author);
    const { convoId, seq, serverMsgId, senderId, clientMsgId, createdAt } = message;
    expect(after).toMatchObject({ convoId, seq, serverMsgId, senderId, clientMsgId, createdAt });
  });
});

describe('an edit', () => {
  it('[M5] is the author’s: text, mentions and time', () => {
    const after = apply(aMessage({ content: 'old', mentions: [cleo] }), edit('new', [ben, ben]), author);
    expect(after).toEqual({ ...aMessage({ content: 'new' }), mentions: [ben], editedAt: at });
  });

  it('[M3] is nobody else’s, not even the owner’s', () => {
    expect(apply(aMessage(), edit('new'), moderator)).toBe('message.forbidden');
  });

  it('[M5] takes the mentions away that it does not name', () => {
    expect(apply(aMessage({ mentions: [ben] }), edit('new'), author)).not.toHaveProperty('mentions');
  });

  it('[S9] may mention only who may be mentioned', () => {
    const narrow = by({ userId: anna, mayMention: (mention) => mention === ben });
    expect(apply(aMessage(), edit('new', [ben, 'all']), narrow)).toBe('message.mention_invalid');
  });

  it('[M2] to what it says already changes nothing', () => {
    const message = aMessage({ content: 'same', mentions: [ben] });
    expect(apply(message, edit('same', [ben]), author)).toBe(message);
    expect(apply(message, edit('same'), author)).not.toBe(message);
  });

  it('[M5] keeps the former texts, each since when it was said, the last ten of them', () => {
    let message = aMessage({ content: 'text 0' });
    let texts: readonly { content: string; createdAt: string }[] = [];
    for (let number = 1; number <= limits.versionsMax + 2; number += 1) {
      const after = { ...message, content: `text ${number}`, editedAt: `time ${number}` };
      texts = formerTextsAfter(texts, message, after);
      message = after;
    }
    expect(texts).toHaveLength(limits.versionsMax);
    expect(texts.at(0)).toEqual({ content: 'text 2', createdAt: 'time 2' });
    expect(texts.at(-1)).toEqual({ content: 'text 11', createdAt: 'time 11' });
    expect(
      formerTextsAfter([], aMessage({ rev: 2 }), aMessage({ content: 'b', editedAt: at, rev: 5 })),
    ).toEqual([{ content: 'text 1', createdAt: aMessage().createdAt, until: 5 }]);
  });
});

describe('a deletion', () => {
  const full = aMessage({
    content: 'secret',
    replyTo: 3,
    mentions: [ben],
    editedAt: at,
    pinned: true,
    rev: 8,
    reactions: [{ emoji: '👍', userIds: [ben] }],
  });

  it.each([
    ['the author', author],
    ['the owner of the group', moderator],
  ])('[M6] by %s leaves nothing but the place', (_, actor) => {
    const { convoId, seq, serverMsgId, senderId, clientMsgId, createdAt } = full;
    expect(apply(full, remove, actor)).toEqual({
      convoId,
      seq,
      serverMsgId,
      senderId,
      clientMsgId,
      createdAt,
      content: '',
      deletedAt: at,
    });
  });

  it('[M3] is not for other members, also not of what is deleted', () => {
    expect(apply(full, remove, other)).toBe('message.forbidden');
    expect(apply(deleted, remove, other)).toBe('message.forbidden');
  });

  it('[M2] changes nothing a second time', () => {
    expect(apply(deleted, remove, author)).toBe(deleted);
  });

  it('[M6] takes the former texts with it', () => {
    expect(formerTextsAfter([{ content: 'secret', createdAt: at }], full, deleted)).toEqual([]);
  });
});

describe('a reaction', () => {
  const reactionsOf = (message: Message | string) =>
    typeof message === 'string' ? message : message.reactions;

  it('[M4] counts each person and emoji once, in the order in which they came', () => {
    let message: Message | string = aMessage();
    for (const [actor, emoji] of [
      [author, '👍'],
      [other, '🎉'],
      [other, '👍'],
    ] as const) {
      message = apply(message as Message, react(emoji), actor);
    }
    expect(reactionsOf(message)).toEqual([
      { emoji: '👍', userIds: [anna, ben] },
      { emoji: '🎉', userIds: [ben] },
    ]);
    expect(apply(message as Message, react('🎉'), other)).toBe(message);
  });

  it('[M4] is taken back by who gave it, and its emoji goes with the last', () => {
    const message = aMessage({ reactions: [{ emoji: '👍', userIds: [anna, ben] }] });
    const one = apply(message, unreact(), author);
    expect(reactionsOf(one)).toEqual([{ emoji: '👍', userIds: [ben] }]);
    expect(apply(one as Message, unreact(), other)).toEqual(aMessage());
  });

  it('[M2] that was not given changes nothing when taken back', () => {
    const message = aMessage({ reactions: [{ emoji: '👍', userIds: [ben] }] });
    expect(apply(message, unreact(), author)).toBe(message);
    expect(apply(message, unreact('🎉'), other)).toBe(message);
  });

  it('[M4] is refused beyond 20 emojis, but not of an emoji that is there', () => {
    const kinds = Array.from({ length: limits.reactionKindsMax }, (_, index) => ({
      emoji: String.fromCodePoint(0x1f600 + index),
      userIds: [ben],
    }));
    const message = aMessage({ reactions: kinds });
    expect(apply(message, react('👍'), author)).toBe('message.reactions_full');
    expect(reactionsOf(apply(message, react(kinds[3]?.emoji), author))).toHaveLength(limits.reactionKindsMax);
  });

  it('[M4] is refused beyond 500 in all', () => {
    const many = Array.from({ length: limits.reactionsMax - 1 }, (_, index) => userId(`p${index}`));
    const message = aMessage({ reactions: [{ emoji: '🎉', userIds: many }] });
    const full = apply(message, react('🎉'), author);
    expect(full).not.toBe('message.reactions_full');
    expect(apply(full as Message, react('🎉'), other)).toBe('message.reactions_full');
  });
});

describe('a pin', () => {
  it('[M7] is put and taken by who may', () => {
    const pinned = apply(aMessage(), pin, author);
    expect(pinned).toEqual(aMessage({ pinned: true }));
    expect(apply(pinned as Message, unpin, other)).toEqual(aMessage());
  });

  it('[M3] is refused to who may not', () => {
    const nobody = by({ userId: anna, mayPin: false });
    expect(apply(aMessage(), pin, nobody)).toBe('message.forbidden');
    expect(apply(aMessage({ pinned: true }), unpin, nobody)).toBe('message.forbidden');
  });

  it('[M2] that is there, or is not, changes nothing', () => {
    const pinned = aMessage({ pinned: true });
    expect(apply(pinned, pin, author, limits.pinsMax)).toBe(pinned);
    const plain = aMessage();
    expect(apply(plain, unpin, author)).toBe(plain);
  });

  it('[M7] is refused beyond 50', () => {
    expect(apply(aMessage(), pin, author, limits.pinsMax)).toBe('message.pins_full');
    expect(apply(aMessage(), pin, author, limits.pinsMax - 1)).toMatchObject({ pinned: true });
  });
});
