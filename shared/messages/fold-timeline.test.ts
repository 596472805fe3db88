import { describe, expect, it } from 'vitest';
import type { MessageChange } from '../../events/change-accepted.ts';
import {
  aConversation,
  aMessage,
  anIncoming,
  anIncomingChange,
  anna,
  ben,
  cleo,
  sessionId,
  stranger,
} from '../../test/support/builders.ts';
import { limits } from '../limits.ts';
import { foldTimeline, type Timeline } from './fold-timeline.ts';
import type { Incoming } from './incoming.ts';

const at = '2026-03-02T08:00:00.000Z';

function timeline(given: Partial<Timeline> = {}): Timeline {
  return {
    conversation: aConversation({ seq: 3, rev: 7 }),
    members: [anna, ben].map((userId) => ({ userId, fromSeq: 0 })),
    roles: new Map([[ben, 'owner']]),
    targets: new Map([1, 2, 3].map((seq) => [seq, aMessage({ seq })])),
    formerTexts: new Map(),
    pins: [],
    ...given,
  };
}

const fold = (batch: Incoming[], given: Partial<Timeline> = {}) =>
  foldTimeline(timeline(given), batch, { at, newId: () => 'm_new' });

let count = 0;
function asks(change: MessageChange, sender_id = anna): Incoming {
  count += 1;
  return anIncomingChange(change, { sender_id, client_msg_id: `ask-${count}` });
}
function says(content: string, more: Parameters<typeof anIncoming>[0] = {}): Incoming {
  count += 1;
  return anIncoming({ client_msg_id: `say-${count}`, content, ...more });
}

describe('foldTimeline', () => {
  it('[P3][M2] numbers messages and changes each for themselves, without gaps', () => {
    const { entries, effects, rejected } = fold([
      says('four'),
      asks({ kind: 'edit', seq_no: 1, content: 'new' }),
      says('five'),
      asks({ kind: 'react', seq_no: 2, emoji: '👍' }, ben),
    ]);
    expect(entries).toMatchObject([
      { message: { seq: 4, content: 'four' } },
      { place: { seq: 1 }, change: { rev: 8, effective: true } },
      { message: { seq: 5, content: 'five' } },
      { place: { seq: 2, senderId: ben }, change: { rev: 9, effective: true } },
    ]);
    expect(effects.log).toEqual([
      { rev: 8, seq: 1 },
      { rev: 9, seq: 2 },
    ]);
    expect(effects.changed).toMatchObject([
      { seq: 1, content: 'new', rev: 8 },
      { seq: 2, rev: 9 },
    ]);
    expect(rejected.size).toBe(0);
  });

  it('writes a message once however often it changes, with a row of the log for each change', () => {
    const { effects } = fold([
      asks({ kind: 'edit', seq_no: 1, content: 'second' }),
      asks({ kind: 'react', seq_no: 1, emoji: '👍' }, ben),
      asks({ kind: 'edit', seq_no: 1, content: 'third' }),
    ]);
    expect(effects.changed).toEqual([
      aMessage({ content: 'third', rev: 10, editedAt: at, reactions: [{ emoji: '👍', userIds: [ben] }] }),
    ]);
    expect(effects.log.map(({ rev, seq }) => [rev, seq])).toEqual([
      [8, 1],
      [9, 1],
      [10, 1],
    ]);
    expect(effects.formerTexts.get(1)?.map(({ content }) => content)).toEqual(['text 1', 'second']);
  });

  it('stores a message that was changed in its own batch as it is in the end', () => {
    const { entries, effects } = fold([says('hello'), asks({ kind: 'delete', seq_no: 4 })]);
    expect(entries[0]).toMatchObject({ message: { seq: 4, content: '', deletedAt: at, rev: 8 } });
    expect(effects).toMatchObject({ changed: [], log: [{ rev: 8, seq: 4 }] });
  });

  it('[M2] gives a change without effect no number, and says which one the conversation has', () => {
    const pinned = new Map([[1, aMessage({ pinned: true })]]);
    const { entries, effects } = fold([asks({ kind: 'pin', seq_no: 1 }, ben)], {
      targets: pinned,
      pins: [1],
    });
    expect(entries).toMatchObject([{ change: { rev: 7, effective: false } }]);
    expect(effects).toEqual({ changed: [], log: [], formerTexts: new Map() });
  });

  it('rejects one and goes on as if it had not been there', () => {
    const forbidden = asks({ kind: 'edit', seq_no: 1, content: 'not yours' }, ben);
    const missing = asks({ kind: 'react', seq_no: 9, emoji: '👍' });
    const foreign = says('let me in', { sender_id: stranger });
    const { entries, rejected } = fold([forbidden, missing, foreign, says('four')]);
    expect([...rejected.values()]).toEqual([
      'message.forbidden',
      'message.not_found',
      'conversation.not_found',
    ]);
    expect(entries).toMatchObject([{ message: { seq: 4 } }]);
  });

  it('lets a later change see what an earlier one did', () => {
    const { rejected, effects } = fold([
      asks({ kind: 'delete', seq_no: 1 }),
      asks({ kind: 'react', seq_no: 1, emoji: '👍' }, ben),
      asks({ kind: 'delete', seq_no: 1 }),
    ]);
    expect([...rejected.values()]).toEqual(['message.not_found']);
    expect(effects.log).toHaveLength(1);
  });

  describe('keeps the pins', () => {
    it('[M7] in the order of pinning, and drops those that are unpinned or deleted', () => {
      const { effects } = fold(
        [
          asks({ kind: 'pin', seq_no: 3 }, ben),
          asks({ kind: 'unpin', seq_no: 1 }, ben),
          asks({ kind: 'delete', seq_no: 2 }),
          asks({ kind: 'pin', seq_no: 1 }, ben),
        ],
        {
          targets: new Map(
            [1, 2, 3].map((seq) => [seq, aMessage({ seq, ...(seq < 3 && { pinned: true }) })]),
          ),
          pins: [1, 2],
        },
      );
      expect(effects.pins).toEqual([3, 1]);
    });

    it('[M7] to 50, counted as the batch goes', () => {
      const pins = Array.from({ length: limits.pinsMax - 1 }, (_, index) => index + 100);
      const { rejected } = fold(
        [1, 2].map((seq_no) => asks({ kind: 'pin', seq_no }, ben)),
        { pins },
      );
      expect([...rejected.values()]).toEqual(['message.pins_full']);
    });

    it('and says nothing of them when they stay', () => {
      const { effects } = fold([asks({ kind: 'react', seq_no: 1, emoji: '👍' })], { pins: [2] });
      expect(effects).not.toHaveProperty('pins');
    });
  });

  describe('knows who may what', () => {
    const code = (incoming: Incoming, given: Partial<Timeline> = {}) =>
      fold([incoming], given).rejected.get(incoming);
    const direct = { conversation: aConversation({ type: 'direct', seq: 3 }) };
    const pin = { kind: 'pin', seq_no: 1 } as const;
    const remove = { kind: 'delete', seq_no: 1 } as const;

    it('[M3] in a group its owner deletes what others wrote, in a direct conversation nobody', () => {
      expect(code(asks(remove, ben))).toBeUndefined();
      expect(code(asks(remove, ben), { roles: new Map() })).toBe('message.forbidden');
      expect(code(asks(remove, ben), direct)).toBe('message.forbidden');
    });

    it('[M3] in a group its owner pins, in a direct conversation both do', () => {
      expect(code(asks(pin, anna))).toBe('message.forbidden');
      expect(code(asks(pin, ben))).toBeUndefined();
      expect(code(asks(pin, anna), direct)).toBeUndefined();
    });

    it('[S9] members can be mentioned, and all by the owner of a group or in a direct conversation', () => {
      expect(code(says('hi', { mentions: [ben] }))).toBeUndefined();
      expect(code(says('hi', { mentions: [cleo] }))).toBe('message.mention_invalid');
      expect(code(says('hi', { mentions: ['all'] }))).toBe('message.mention_invalid');
      expect(code(says('hi', { mentions: ['all'], sender_id: ben }))).toBeUndefined();
      expect(code(says('hi', { mentions: ['all'] }), direct)).toBeUndefined();
    });

    it('an admin may there what an owner may', () => {
      const roles = new Map([[ben, 'admin']] as const);
      for (const ask of [
        asks(remove, ben),
        asks(pin, ben),
        says('hi', { mentions: ['all'], sender_id: ben }),
      ])
        expect(code(ask, { roles })).toBeUndefined();
    });

    it('nothing is written or changed in an archived conversation, by anybody', () => {
      const archived = { conversation: aConversation({ seq: 3, archivedAt: at }) };
      const like = { kind: 'react', seq_no: 1, emoji: '👍' } as const;
      for (const ask of [says('hi', { sender_id: ben }), asks(like, ben), asks(remove, ben), asks(pin, ben)])
        expect(code(ask, archived)).toBe('conversation.archived');
      expect(code(says('hi', { sender_id: stranger }), archived)).toBe('conversation.not_found');
    });

    it('where only admins write, others neither send nor edit, but react and delete their own', () => {
      const announcements = { conversation: aConversation({ seq: 3, posting: 'admins' }) };
      const reword = { kind: 'edit', seq_no: 1, content: 'new' } as const;
      expect(code(says('hi'), announcements)).toBe('conversation.forbidden');
      expect(code(asks(reword), announcements)).toBe('conversation.forbidden');
      expect(code(asks({ kind: 'react', seq_no: 1, emoji: '👍' }), announcements)).toBeUndefined();
      expect(code(asks(remove), announcements)).toBeUndefined();
      expect(code(says('hi', { sender_id: ben }), announcements)).toBeUndefined();
    });

    it('nothing is said where two do not hear each other, and what was said can be taken back', () => {
      const silenced = { conversation: aConversation({ type: 'direct', seq: 3, silencedBy: [ben] }) };
      for (const sender_id of [anna, ben])
        expect(code(says('hi', { sender_id }), silenced)).toBe('conversation.silenced');
      expect(code(asks({ kind: 'react', seq_no: 1, emoji: '👍' }), silenced)).toBe('conversation.silenced');
      expect(code(asks(remove), silenced)).toBeUndefined();
    });

    it('a newcomer changes and answers nothing that was said before their time', () => {
      const members = [anna, ben, cleo].map((userId) => ({ userId, fromSeq: userId === cleo ? 2 : 0 }));
      const asked = (seq_no: number) => asks({ kind: 'react', seq_no, emoji: '👍' }, cleo);
      expect(code(asked(2), { members })).toBe('message.not_found');
      expect(code(asked(3), { members })).toBeUndefined();
      expect(code(says('re', { reply_to: 2, sender_id: cleo }), { members })).toBe('message.not_found');
      expect(code(says('re', { reply_to: 3, sender_id: cleo }), { members })).toBeUndefined();
      expect(code(says('re', { reply_to: 2 }), { members })).toBeUndefined();
    });

    it('a line of the server is nobody to edit or delete, be it their own doing', () => {
      const line = aMessage({ system: { code: 'member.left', params: {} }, content: '', senderId: ben });
      const targets = new Map([[1, line]]);
      expect(code(asks({ kind: 'edit', seq_no: 1, content: 'x' }, ben), { targets })).toBe(
        'message.forbidden',
      );
      expect(code(asks(remove, ben), { targets })).toBe('message.forbidden');
    });

    it('[S9] an answer needs a message that it answers, be it of the same batch', () => {
      expect(code(says('re', { reply_to: 3 }))).toBeUndefined();
      expect(code(says('re', { reply_to: 4 }))).toBe('message.not_found');
      const { rejected, entries } = fold([says('four'), says('re', { reply_to: 4 })]);
      expect(rejected.size).toBe(0);
      expect(entries[1]).toMatchObject({ message: { seq: 5, replyTo: 4 } });
    });
  });

  it('keeps the number that the client gave to a change, as of a message', () => {
    const { entries } = fold([
      anIncomingChange({ kind: 'delete', seq_no: 1 }, { client_seq: 5, session_id: sessionId('x') }),
    ]);
    expect(entries).toMatchObject([{ clientSeq: { sessionId: sessionId('x'), number: 5 } }]);
  });
});
