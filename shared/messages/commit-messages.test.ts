import { describe, expect, it } from 'vitest';
import { anIncoming, anna, ben, cleo, convoId, startMs, stranger } from '../../test/support/builders.ts';
import { inMemoryProcessor } from '../../test/support/in-memory-processor.ts';
import { CommitRefused, type CommittedBatch, commitMessages } from './commit-messages.ts';
import type { Incoming } from './incoming.ts';

const team = convoId('team');

function setup(members: readonly string[] = [anna, ben]) {
  const deps = inMemoryProcessor({ members });
  const commit = (...batch: Incoming[]) => commitMessages(team, batch, deps);
  const stored = () => deps.messages.all(team).map(({ seq, content }) => [seq, content]);
  return { ...deps, deps, commit, stored };
}

/** What became of a batch, in short: kind and place, or code. */
async function outcomes(result: Promise<CommittedBatch>) {
  return (await result).settled.map((one) => {
    if (one.kind === 'rejected') return one.code;
    if (one.kind === 'early') return 'early';
    return `${one.kind} ${one.kind === 'persisted' ? one.message.seq : one.place.seq}`;
  });
}

const hello = (id: string, content = `text of ${id}`, sender = anna) =>
  anIncoming({ client_msg_id: id, content, sender_id: sender });

describe('commitMessages', () => {
  it('[P3] gives the messages of a batch the next sequence numbers, in their order', async () => {
    const { commit, stored } = setup();
    await commit(hello('a'), hello('b', 'from ben', ben));
    await commit(hello('c'));
    expect(stored()).toEqual([
      [1, 'text of a'],
      [2, 'from ben'],
      [3, 'text of c'],
    ]);
  });

  it('answers with each message as it is stored and with everybody who was a member then', async () => {
    const { commit } = setup();
    const { settled, members } = await commit(hello('a', 'good morning'));
    expect(members).toEqual([anna, ben].map((userId) => ({ userId, fromSeq: 0 })));
    expect(settled).toMatchObject([
      {
        kind: 'persisted',
        message: {
          convoId: team,
          seq: 1,
          serverMsgId: 'm_00000000000000000000000001',
          senderId: anna,
          clientMsgId: 'a',
          content: 'good morning',
          createdAt: new Date(startMs).toISOString(),
        },
      },
    ]);
  });

  it('counts a redelivery of the same queue message as persisted again, in the same place', async () => {
    const { commit, stored } = setup();
    const first = hello('a');
    const before = await commit(first);
    const again = await commit(first);
    expect(again.settled).toMatchObject([{ kind: 'persisted', message: { seq: 1, content: 'text of a' } }]);
    expect(again.settled[0]).toMatchObject({ message: (before.settled[0] as { message: object }).message });
    expect(stored()).toHaveLength(1);
  });

  it('[P2] answers a retry of the client with the place of the first message', async () => {
    const { commit, stored } = setup();
    await commit(hello('a'));
    const retry = { ...hello('a'), queueMessageId: 'queue-a-retry' };
    expect(await outcomes(commit(retry))).toEqual(['duplicate 1']);
    expect(stored()).toHaveLength(1);
  });

  it('[S5] rejects another text under an id that was used', async () => {
    const { commit, stored } = setup();
    await commit(hello('a', 'one text'));
    const misuse = anIncoming(
      { client_msg_id: 'a', content: 'another text' },
      { queueMessageId: 'queue-misuse' },
    );
    expect(await outcomes(commit(misuse))).toEqual(['message.id_reused']);
    expect(stored()).toEqual([[1, 'one text']]);
  });

  it("[S7] keeps one sender's ids apart from another's", async () => {
    const { commit } = setup();
    const result = commit(
      hello('same', 'from anna', anna),
      anIncoming(
        { client_msg_id: 'same', content: 'from ben', sender_id: ben },
        { queueMessageId: 'queue-ben' },
      ),
    );
    expect(await outcomes(result)).toEqual(['persisted 1', 'persisted 2']);
  });

  it('settles repeats inside one batch by the first of them', async () => {
    const { commit, stored } = setup();
    const result = commit(
      hello('a', 'text'),
      anIncoming({ client_msg_id: 'a', content: 'text' }, { queueMessageId: 'queue-a2' }),
      anIncoming({ client_msg_id: 'a', content: 'other text' }, { queueMessageId: 'queue-a3' }),
      hello('b'),
    );
    expect(await outcomes(result)).toEqual([
      'persisted 1',
      'duplicate 1',
      'message.id_reused',
      'persisted 2',
    ]);
    expect(stored()).toHaveLength(2);
  });

  it('judges a repeat behind a misuse of its id by what is stored, not by the misuse', async () => {
    const { commit } = setup();
    await commit(hello('a', 'one text'));
    const misuse = anIncoming({ client_msg_id: 'a', content: 'another text' }, { queueMessageId: 'queue-2' });
    const retry = anIncoming({ client_msg_id: 'a', content: 'one text' }, { queueMessageId: 'queue-3' });
    expect(await outcomes(commit(misuse, retry))).toEqual(['message.id_reused', 'duplicate 1']);
  });

  it('[P1] tells somebody who left meanwhile that their message was stored', async () => {
    const { commit, conversations } = setup();
    const before = hello('x', 'my last words', ben);
    await commit(before);
    conversations.setMembers(team, [anna]);
    expect(await outcomes(commit(before))).toEqual(['persisted 1']);
  });

  it('rejects who is no member and lets the members through', async () => {
    const { commit, stored } = setup();
    const result = commit(hello('a'), hello('x', 'let me in', stranger), hello('b', 'from ben', ben));
    expect(await outcomes(result)).toEqual(['persisted 1', 'conversation.not_found', 'persisted 2']);
    expect(stored()).toEqual([
      [1, 'text of a'],
      [2, 'from ben'],
    ]);
  });

  it('rejects a repeat of a rejected message in the same words', async () => {
    const { commit } = setup();
    const again = { ...hello('x', 'let me in', stranger), queueMessageId: 'queue-x2' };
    expect(await outcomes(commit(hello('x', 'let me in', stranger), again))).toEqual([
      'conversation.not_found',
      'conversation.not_found',
    ]);
  });

  it('rejects everything for a conversation that does not exist, without a write', async () => {
    const { deps, messages } = setup();
    const incoming = anIncoming({ convo_id: convoId('nowhere') });
    const { settled, members } = await commitMessages(convoId('nowhere'), [incoming], deps);
    expect(settled).toMatchObject([{ kind: 'rejected', code: 'conversation.not_found' }]);
    expect(members).toEqual([]);
    expect(messages.commits).toBe(0);
  });

  it('places only what is new when a part of the batch was stored before', async () => {
    const { commit, stored } = setup();
    await commit(hello('a'), hello('b'));
    expect(await outcomes(commit(hello('b'), hello('c'), hello('a')))).toEqual([
      'persisted 2',
      'persisted 3',
      'persisted 1',
    ]);
    expect(stored().map(([seq]) => seq)).toEqual([1, 2, 3]);
  });

  it('reads a counter again that moved meanwhile, without waiting', async () => {
    const { commit, deps, stored, backoff } = setup();
    const results = await Promise.all([
      commitMessages(team, [hello('a')], deps),
      commit(hello('b')),
      commit(hello('c')),
    ]);
    expect(results.flatMap(({ settled }) => settled.map(({ kind }) => kind))).toEqual(
      Array.from({ length: 3 }, () => 'persisted'),
    );
    expect(stored().map(([seq]) => seq)).toEqual([1, 2, 3]);
    expect(backoff.waits).toEqual([]);
  });

  it('[P7] checks and fans out by the membership of the moment of the commit', async () => {
    const { conversations, deps, messages } = setup();
    let reads = 0;
    const racing = {
      ...deps,
      conversations: {
        ...conversations,
        get: async (id: string) => {
          const conversation = await conversations.get(id);
          reads += 1;
          // Ben is thrown out and Cleo comes in between the first look and the write.
          if (reads === 1) conversations.setMembers(team, [anna, cleo]);
          return conversation;
        },
      },
    };
    const result = await commitMessages(team, [hello('a'), hello('b', 'too late', ben)], racing);
    expect(result.members.map(({ userId }) => userId)).toEqual([anna, cleo]);
    expect(result.settled.map(({ kind }) => kind)).toEqual(['persisted', 'rejected']);
    expect(messages.all(team).map(({ senderId }) => senderId)).toEqual([anna]);
  });

  it('waits longer before each try while DynamoDB is throttled', async () => {
    const { commit, messages, backoff } = setup();
    messages.fail('throttled', 'throttled', 'throttled');
    expect(await outcomes(commit(hello('a')))).toEqual(['persisted 1']);
    expect(backoff.waits).toEqual([1, 2, 3]);
  });

  it('finds its own message after a time-out that hid a success, and stores it once', async () => {
    const { commit, messages, stored } = setup();
    messages.fail('timed out after success');
    expect(await outcomes(commit(hello('a'), hello('b')))).toEqual(['persisted 1', 'persisted 2']);
    expect(stored()).toHaveLength(2);
    expect(messages.commits).toBe(2);
  });

  it('gives up after six tries, so that the queue delivers again', async () => {
    const { commit, messages, stored } = setup();
    messages.fail(...Array.from({ length: 6 }, () => 'throttled' as const));
    await expect(commit(hello('a'))).rejects.toThrow('6 tries');
    expect(messages.commits).toBe(6);
    expect(stored()).toEqual([]);
    expect(await outcomes(commit(hello('a')))).toEqual(['persisted 1']);
  });

  it('throws CommitRefused at once when DynamoDB will never take the batch', async () => {
    const { commit, messages } = setup();
    messages.fail('refused');
    await expect(commit(hello('a'))).rejects.toThrow(CommitRefused);
    expect(messages.commits).toBe(1);
  });
});
