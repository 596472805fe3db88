import { describe, expect, it } from 'vitest';
import type { ChangeAccepted, MessageChange } from '../../events/change-accepted.ts';
import {
  anIncoming,
  anIncomingChange,
  anna,
  ben,
  cleo,
  convoId,
  stranger,
} from '../../test/support/builders.ts';
import { inMemoryProcessor } from '../../test/support/in-memory-processor.ts';
import { type CommittedBatch, commitMessages } from './commit-messages.ts';
import type { Incoming } from './incoming.ts';

const team = convoId('team');

/** A conversation with three messages of Anna's; Cleo owns it. */
async function setup(options: Parameters<typeof inMemoryProcessor>[0] = {}) {
  const deps = inMemoryProcessor({ members: [anna, ben, cleo], owner: cleo, ...options });
  const commit = (...batch: Incoming[]) => commitMessages(team, batch, deps);
  await commit(...[1, 2, 3].map((seq) => anIncoming({ client_msg_id: `m${seq}`, content: `text ${seq}` })));
  const message = (seq: number) => deps.messages.all(team)[seq - 1];
  const counter = () => deps.conversations.counters.get(team);
  return { ...deps, deps, commit, message, counter };
}

/** What became of a batch, in short: kind, message and change number, or code. */
async function outcomes(result: Promise<CommittedBatch>) {
  return (await result).settled.map((one) => {
    if (one.kind === 'rejected') return one.code;
    if (one.kind === 'early') return 'early';
    const place = one.kind === 'persisted' ? one.message : one.place;
    return [one.kind, place.seq, one.change?.rev, ...(one.change?.effective === false ? ['idle'] : [])];
  });
}

const change = (
  id: string,
  wanted: MessageChange,
  more: Partial<Omit<ChangeAccepted, 'change'>> = {},
  delivery: Partial<Incoming> = {},
) => anIncomingChange(wanted, { client_msg_id: id, ...more }, delivery);

const edit = (id: string, content: string, seq_no = 1) => change(id, { kind: 'edit', seq_no, content });
const thumb = { kind: 'react', seq_no: 1, emoji: '👍' } as const;

describe('commitMessages with changes', () => {
  it('[M2] gives each effective change the next number, in one order with the messages', async () => {
    const { commit, message, counter, messages } = await setup();
    const result = commit(edit('e', 'better'), anIncoming({ client_msg_id: 'm4' }), change('r', thumb));
    expect(await outcomes(result)).toEqual([
      ['persisted', 1, 1],
      ['persisted', 4, undefined],
      ['persisted', 1, 2],
    ]);
    expect(counter()).toMatchObject({ seq: 4, rev: 2 });
    expect(message(1)).toMatchObject({ content: 'better', rev: 2 });
    expect(messages.log(team)).toEqual([
      { rev: 1, seq: 1 },
      { rev: 2, seq: 1 },
    ]);
  });

  it('answers with the message as it is after the whole batch', async () => {
    const { commit } = await setup();
    const { settled } = await commit(edit('e1', 'second'), edit('e2', 'third'));
    expect(settled).toMatchObject([
      { kind: 'persisted', message: { content: 'third', rev: 2 }, change: { rev: 1 } },
      { kind: 'persisted', message: { content: 'third', rev: 2 }, change: { rev: 2 } },
    ]);
  });

  it('[M2] answers one without effect as persisted, with the number that the conversation has', async () => {
    const { commit, counter, messages } = await setup();
    await commit(change('a', thumb));
    expect(await outcomes(commit(change('b', thumb)))).toEqual([['persisted', 1, 1, 'idle']]);
    expect(counter()).toMatchObject({ rev: 1 });
    expect(messages.log(team)).toHaveLength(1);
  });

  describe('that come again', () => {
    it('[M1] settles a redelivery as before, with the present state', async () => {
      const { commit } = await setup();
      const first = edit('e', 'second');
      await commit(first);
      await commit(edit('later', 'third'));
      const { settled } = await commit(first);
      expect(settled).toMatchObject([
        { kind: 'persisted', change: { rev: 1, effective: true }, message: { content: 'third', rev: 2 } },
      ]);
    });

    it('[M1] pushes a message that is delivered again as it is now, not as it was sent', async () => {
      const { commit } = await setup();
      await commit(change('d', { kind: 'delete', seq_no: 1 }));
      const again = await commit(anIncoming({ client_msg_id: 'm1', content: 'text 1' }));
      expect(again.settled).toMatchObject([{ kind: 'persisted', message: { seq: 1, content: '', rev: 1 } }]);
      expect(JSON.stringify(again.settled.map((one) => 'message' in one && one.message))).not.toContain(
        'text 1',
      );
    });

    it('[M1] answers a retry of the client with the number of the first', async () => {
      const { commit, counter } = await setup();
      await commit(change('r', thumb));
      await commit(change('u', { ...thumb, kind: 'unreact' }));
      const retry = change('r', thumb, {}, { queueMessageId: 'queue-retry' });
      expect(await outcomes(commit(retry))).toEqual([['duplicate', 1, 1]]);
      expect(counter()).toMatchObject({ rev: 2 });
    });

    it('[M1] knows a change again that would be refused today', async () => {
      const { commit } = await setup();
      const first = edit('e', 'second');
      await commit(first, change('d', { kind: 'delete', seq_no: 1 }));
      const retry = { ...first, queueMessageId: 'queue-retry' };
      expect(await outcomes(commit(first, edit('new', 'third')))).toEqual([
        ['persisted', 1, 1],
        'message.not_found',
      ]);
      expect(await outcomes(commit(retry))).toEqual([['duplicate', 1, 1]]);
    });

    it.each([
      ['another change', change('e', thumb)],
      ['another text', edit('e', 'other')],
      ['another message', edit('e', 'second', 2)],
      ['a message', anIncoming({ client_msg_id: 'e', content: 'second' })],
    ])('[M1] rejects %s under the same id', async (_, misuse) => {
      const { commit, message } = await setup();
      await commit(edit('e', 'second'));
      expect(await outcomes(commit({ ...misuse, queueMessageId: 'queue-misuse' }))).toEqual([
        'message.id_reused',
      ]);
      expect(message(1)).toMatchObject({ content: 'second', rev: 1 });
    });

    it('[M1] settles repeats inside one batch by the first of them', async () => {
      const { commit, counter } = await setup();
      const repeat = change('r', thumb, {}, { queueMessageId: 'queue-2' });
      expect(await outcomes(commit(change('r', thumb), repeat))).toEqual([
        ['persisted', 1, 1],
        ['duplicate', 1, 1],
      ]);
      expect(counter()).toMatchObject({ rev: 1 });
    });

    it('[M1] tells a redelivery of one without effect apart: it is still no news', async () => {
      const { commit } = await setup();
      await commit(change('a', thumb));
      await commit(change('b', thumb));
      expect(await outcomes(commit(change('b', thumb)))).toEqual([['persisted', 1, 1, 'idle']]);
    });
  });

  describe('that are refused', () => {
    it('[M3] writes nothing, and the same id may be used again', async () => {
      const { commit, messages } = await setup();
      const commits = messages.commits;
      expect(await outcomes(commit(edit('e', 'x', 9)))).toEqual(['message.not_found']);
      expect(messages.commits).toBe(commits);
      expect(await outcomes(commit(edit('e', 'x', 1)))).toEqual([['persisted', 1, 1]]);
    });

    it('[A2] does not let a stranger change anything, nor tells them what there is', async () => {
      const { commit } = await setup();
      for (const seq_no of [1, 9]) {
        const asked = change(`s${seq_no}`, { kind: 'react', seq_no, emoji: '👍' }, { sender_id: stranger });
        expect(await outcomes(commit(asked))).toEqual(['conversation.not_found']);
      }
    });

    it('[M3] asks for the owner where only they may', async () => {
      const { commit } = await setup();
      const remove = { kind: 'delete', seq_no: 1 } as const;
      const pin = { kind: 'pin', seq_no: 2 } as const;
      expect(await outcomes(commit(change('a', remove, { sender_id: ben }), change('b', pin)))).toEqual([
        'message.forbidden',
        'message.forbidden',
      ]);
      expect(
        await outcomes(
          commit(change('c', remove, { sender_id: cleo }), change('d', pin, { sender_id: cleo })),
        ),
      ).toEqual([
        ['persisted', 1, 1],
        ['persisted', 2, 2],
      ]);
    });

    it('does not refuse one because of another that turns out to be stored already', async () => {
      const { commit } = await setup({ owner: anna });
      const pin = (seq_no: number) => change(`p${seq_no}`, { kind: 'pin', seq_no });
      const unpin = change('u', { kind: 'unpin', seq_no: 1 });
      const others = Array.from({ length: 49 }, (_, index) => anIncoming({ client_msg_id: `more${index}` }));
      await commit(...others);
      await commit(...others.map((_, index) => pin(index + 4)));
      await commit(pin(1));
      await commit(unpin);
      // Pinned once more by the redelivery, the first would leave no room for the second.
      expect(await outcomes(commit(pin(1), pin(2)))).toEqual([
        ['persisted', 1, 50],
        ['persisted', 2, 52],
      ]);
    });
  });

  it('[M6] the preview of the conversation follows its last message', async () => {
    const { commit, counter } = await setup();
    await commit(edit('e', 'corrected', 3));
    expect(counter()?.lastMessage).toMatchObject({ seq: 3, preview: 'corrected' });
    await commit(edit('older', 'other', 1));
    expect(counter()?.lastMessage).toMatchObject({ seq: 3, preview: 'corrected' });
    await commit(change('d', { kind: 'delete', seq_no: 3 }));
    expect(counter()?.lastMessage).toMatchObject({ seq: 3, preview: '' });
  });

  it('[M7] keeps the list of pins, also when a pinned message is deleted', async () => {
    const { commit, conversations } = await setup({ owner: anna });
    await commit(...[3, 1, 2].map((seq_no) => change(`p${seq_no}`, { kind: 'pin', seq_no })));
    expect(await conversations.pins(team)).toEqual([3, 1, 2]);
    await commit(change('d', { kind: 'delete', seq_no: 1 }));
    expect(await conversations.pins(team)).toEqual([3, 2]);
  });

  it('[P6] keeps the order of a client that numbers its changes', async () => {
    const { commit } = await setup();
    const numbered = (client_seq: number, content: string, delivery = {}) =>
      change(`n${client_seq}`, { kind: 'edit', seq_no: 1, content }, { client_seq }, delivery);
    expect(await outcomes(commit(numbered(2, 'second'), numbered(1, 'first')))).toEqual([
      ['persisted', 1, 2],
      ['persisted', 1, 1],
    ]);
    expect(await outcomes(commit(numbered(4, 'fourth')))).toEqual(['early']);
    expect(await outcomes(commit(numbered(4, 'fourth', { receiveCount: 2 }), numbered(3, 'third')))).toEqual([
      ['persisted', 1, 4],
      ['persisted', 1, 3],
    ]);
  });

  it('finds its own change after a time-out that hid a success', async () => {
    const { commit, messages, counter } = await setup();
    messages.fail('timed out after success');
    const result = commit(edit('e', 'second'), change('d', { kind: 'delete', seq_no: 1 }));
    expect(await outcomes(result)).toEqual([
      ['persisted', 1, 1],
      ['persisted', 1, 2],
    ]);
    expect(counter()).toMatchObject({ rev: 2 });
  });

  it('counts on when others change the conversation meanwhile', async () => {
    const { commit, messages } = await setup();
    const results = await Promise.all(
      [anna, ben, cleo].map((sender_id) => outcomes(commit(change('r', thumb, { sender_id })))),
    );
    expect(results.flat().map((one) => (one as unknown[])[2])).toEqual(expect.arrayContaining([1, 2, 3]));
    expect(messages.all(team)[0]?.reactions).toEqual([
      { emoji: '👍', userIds: expect.arrayContaining([anna, ben, cleo]) },
    ]);
  });
});
