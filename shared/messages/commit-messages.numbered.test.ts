import { describe, expect, it } from 'vitest';
import { anIncoming, anna, convoId, stranger } from '../../test/support/builders.ts';
import { inMemoryProcessor } from '../../test/support/in-memory-processor.ts';
import { type CommittedBatch, commitMessages } from './commit-messages.ts';
import type { Incoming } from './incoming.ts';

const team = convoId('team');

function setup() {
  const deps = inMemoryProcessor();
  const commit = (...batch: Incoming[]) => commitMessages(team, batch, deps);
  const stored = () => deps.messages.all(team).map(({ seq, content }) => [seq, content]);
  return { commit, stored };
}

/** What became of a batch, in short: kind and place, or code. */
async function outcomes(result: Promise<CommittedBatch>) {
  return (await result).settled.map((one) => {
    if (one.kind === 'rejected') return one.code;
    if (one.kind === 'early') return 'early';
    return `${one.kind} ${one.kind === 'persisted' ? one.message.seq : one.place.seq}`;
  });
}

describe('commitMessages with numbered messages', () => {
  const numbered = (client_seq: number, delivery: Partial<Incoming> = {}, sender_id = anna) =>
    anIncoming(
      { client_msg_id: `n${client_seq}`, content: `number ${client_seq}`, client_seq, sender_id },
      delivery,
    );

  it('[P6] stores those of one batch in the order that their client counted', async () => {
    const { commit, stored } = setup();
    const { settled } = await commit(numbered(2), numbered(3), numbered(1));
    expect(stored().map(([, content]) => content)).toEqual(['number 1', 'number 2', 'number 3']);
    // The answer keeps the order of the queue.
    expect(settled).toMatchObject([
      { message: { seq: 2 } },
      { message: { seq: 3 } },
      { message: { seq: 1 } },
    ]);
  });

  it('[P6] does not store one that overtook its predecessor, and stores both when it came', async () => {
    const { commit, stored } = setup();
    expect(await outcomes(commit(numbered(1), numbered(3), anIncoming({ client_msg_id: 'plain' })))).toEqual([
      'persisted 1',
      'early',
      'persisted 2',
    ]);
    expect(await outcomes(commit(numbered(3, { receiveCount: 2 }), numbered(2)))).toEqual([
      'persisted 4',
      'persisted 3',
    ]);
    expect(stored()).toHaveLength(4);
  });

  it('[P6] stores it as it is when its predecessor did not come for five receives', async () => {
    const { commit } = setup();
    expect(await outcomes(commit(numbered(4, { receiveCount: 5 })))).toEqual(['early']);
    expect(await outcomes(commit(numbered(4, { receiveCount: 6 })))).toEqual(['persisted 1']);
    expect(await outcomes(commit(numbered(5)))).toEqual(['persisted 2']);
  });

  it('gives a repeat back together with the early message that it repeats', async () => {
    const { commit } = setup();
    expect(await outcomes(commit(numbered(2), numbered(2, { queueMessageId: 'queue-repeat' })))).toEqual([
      'early',
      'early',
    ]);
  });

  it('rejects a numbered message of a stranger at once, whatever its number', async () => {
    const { commit } = setup();
    expect(await outcomes(commit(numbered(7, {}, stranger)))).toEqual(['conversation.not_found']);
  });
});
