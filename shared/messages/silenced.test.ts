/** What a block does to the timeline of a conversation: fold-timeline.ts and apply-change.ts. */
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
} from '../../test/support/builders.ts';
import { foldTimeline } from './fold-timeline.ts';
import type { Incoming } from './incoming.ts';
import type { Message } from './message.ts';

const at = '2026-03-02T08:00:00.000Z';
const liked = { reactions: [{ emoji: '👍', userIds: [anna] }] };

function fold(
  incoming: Incoming,
  { silencedBy, first = {} }: { silencedBy?: string[]; first?: Partial<Message> },
) {
  const type = silencedBy ? 'direct' : 'group';
  const timeline = {
    conversation: aConversation({ type, seq: 1, ...(silencedBy && { silencedBy }) }),
    members: [anna, ben, cleo].map((userId) => ({ userId, fromSeq: 0 })),
    roles: new Map(),
    targets: new Map([[1, aMessage(first)]]),
    formerTexts: new Map(),
    pins: [],
  };
  return foldTimeline(timeline, [incoming], { at, newId: () => 'm_new' });
}

const refusals = ({ rejected }: ReturnType<typeof fold>) => [...rejected.values()];

describe('a conversation that a block silences', () => {
  it.each([
    [anna, ben],
    [ben, anna],
  ])('[B1] takes no message, from neither of the two', (blocker, sender) => {
    const outcome = fold(anIncoming({ sender_id: sender }), { silencedBy: [blocker] });
    expect(refusals(outcome)).toEqual(['conversation.silenced']);
    expect(outcome.entries).toEqual([]);
  });

  it.each<MessageChange>([
    { kind: 'edit', seq_no: 1, content: 'something new' },
    { kind: 'react', seq_no: 1, emoji: '🔥' },
    { kind: 'pin', seq_no: 1 },
    { kind: 'unpin', seq_no: 1 },
  ])('[B1] takes no $kind either, by which one could speak to the other', (change) => {
    const outcome = fold(anIncomingChange(change), { silencedBy: [ben], first: liked });
    expect(refusals(outcome)).toEqual(['conversation.silenced']);
  });

  it.each<MessageChange>([
    { kind: 'delete', seq_no: 1 },
    { kind: 'unreact', seq_no: 1, emoji: '👍' },
  ])('[B1] lets everybody take back what they said: $kind', (change) => {
    const outcome = fold(anIncomingChange(change), { silencedBy: [ben], first: liked });
    expect(refusals(outcome)).toEqual([]);
    expect(outcome.effects.log).toHaveLength(1);
  });
});

describe('people with a block between', () => {
  it('[B3] are not mentioned, and the others are', () => {
    const message = { mentions: [ben, cleo], silent_mentions: [ben] };
    expect(fold(anIncoming(message), {}).present.get(2)?.mentions).toEqual([cleo]);
  });

  it('[B3] leave no mention when they were the only ones', () => {
    const message = { mentions: [ben], silent_mentions: [ben] };
    expect(fold(anIncoming(message), {}).present.get(2)).not.toHaveProperty('mentions');
  });

  it('[B3] are not mentioned by an edit', () => {
    const edit = { kind: 'edit', seq_no: 1, content: 'new', mentions: [ben, cleo] } as const;
    const change = { ...edit, mentions: [...edit.mentions], silent_mentions: [ben] };
    expect(fold(anIncomingChange(change), {}).present.get(1)?.mentions).toEqual([cleo]);
  });
});
