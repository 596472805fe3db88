import { describe, expect, it } from 'vitest';
import {
  aConversation,
  aNewMessage,
  anna,
  ben,
  convoId,
  sessionId,
  userId,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { conversationOn, messageStores } from '../../test/support/message-stores.ts';

const database = testDatabase();
/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = messageStores(database);

describe.each(Object.entries(stores))('the message store on %s', (_, open) => {
  const setup = () => conversationOn(open);

  it('[P3] writes the messages and moves the counter to the last of them', async () => {
    const { messages, conversation, current, message, stored } = await setup();
    const batch = [message(1), message(2, { senderId: ben, content: 'Grüße 🎈 \u0000 "quoted"' })];
    expect(await messages.commit(conversation, batch)).toEqual({ kind: 'committed' });
    expect(await stored()).toEqual(batch.map((entry) => entry.message));
    expect(await current()).toMatchObject({
      seq: 2,
      lastMessage: { seq: 2, senderId: ben, preview: 'Grüße 🎈 \u0000 "quoted"' },
      recentSenders: { [anna]: 1, [ben]: 2 },
    });
  });

  it('takes a full batch of ten', async () => {
    const { messages, conversation, message, stored } = await setup();
    const batch = Array.from({ length: 10 }, (_unused, index) =>
      message(index + 1, { content: '漢'.repeat(8_000) }),
    );
    expect(await messages.commit(conversation, batch)).toEqual({ kind: 'committed' });
    expect(await stored()).toHaveLength(10);
  });

  it('answers `stale` when the counter moved, and writes nothing', async () => {
    const { messages, conversation, message, stored, current } = await setup();
    await messages.commit(conversation, [message(1)]);
    expect(await messages.commit(conversation, [message(1, { clientMsgId: 'other' })])).toEqual({
      kind: 'stale',
    });
    expect(await stored()).toHaveLength(1);
    expect(await current()).toMatchObject({ seq: 1 });
  });

  it('[P7] answers `stale` when the membership changed, and writes nothing', async () => {
    const { messages, conversation, message, stored } = await setup();
    const known = { ...conversation, membersVersion: conversation.membersVersion + 1 };
    expect(await messages.commit(known, [message(1)])).toEqual({ kind: 'stale' });
    expect(await stored()).toEqual([]);
  });

  it('answers `stale` for a conversation that does not exist', async () => {
    const { messages } = open();
    const nowhere = aConversation({ convoId: convoId('nowhere') });
    expect(await messages.commit(nowhere, [aNewMessage({ convoId: nowhere.convoId })])).toEqual({
      kind: 'stale',
    });
  });

  it('[P2] answers with the stored place of a duplicate, by its index, and writes nothing', async () => {
    const { messages, conversation, message, stored, current } = await setup();
    const first = message(1, { clientMsgId: 'a', queueMessageId: 'queue-first' });
    await messages.commit(conversation, [first]);
    const outcome = await messages.commit(await current(), [
      message(2, { clientMsgId: 'new' }),
      message(3, { clientMsgId: 'a', content: 'another text', queueMessageId: 'queue-second' }),
    ]);
    const { convoId: id, clientMsgId, seq, serverMsgId, createdAt } = first.message;
    expect(outcome).toEqual({
      kind: 'duplicates',
      stored: new Map([
        [
          1,
          {
            convoId: id,
            clientMsgId,
            seq,
            serverMsgId,
            createdAt,
            bodyHash: first.bodyHash,
            queueMessageId: 'queue-first',
          },
        ],
      ]),
    });
    expect(await stored()).toHaveLength(1);
  });

  it('names the duplicates even when the counter is stale: they are why it moved', async () => {
    const { messages, conversation, message } = await setup();
    await messages.commit(conversation, [message(1), message(2)]);
    expect(await messages.commit(conversation, [message(1), message(2)])).toMatchObject({
      kind: 'duplicates',
      stored: new Map([
        [0, expect.objectContaining({ seq: 1 })],
        [1, expect.objectContaining({ seq: 2 })],
      ]),
    });
  });

  it("[S7] keeps another sender's id apart", async () => {
    const { messages, conversation, message, current } = await setup();
    await messages.commit(conversation, [message(1, { clientMsgId: 'same', senderId: anna })]);
    const bens = message(2, { clientMsgId: 'same', senderId: ben });
    expect(await messages.commit(await current(), [bens])).toEqual({ kind: 'committed' });
  });

  it('lets exactly one of many concurrent commits through', async () => {
    const { messages, conversation, message, stored } = await setup();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_unused, index) =>
        messages.commit(conversation, [message(1, { clientMsgId: `racer-${index}` })]),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
    expect(await stored()).toHaveLength(1);
  });

  it('reads a range by number, ascending, both ends included, across the digits', async () => {
    const { messages, current, message, id } = await setup();
    for (const base of [0, 4, 8]) {
      const batch = [1, 2, 3, 4].map((step) => message(base + step));
      await messages.commit(await current(), batch);
    }
    const seqs = async (from: number, to: number) =>
      (await messages.range(id, from, to)).map(({ seq }) => seq);
    expect(await seqs(1, 12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(await seqs(9, 11)).toEqual([9, 10, 11]);
    expect(await seqs(13, 99)).toEqual([]);
  });

  it('reads on behind the 1 MB that one page of a query may have', async () => {
    const { messages, current, message, stored } = await setup();
    for (let base = 0; base < 50; base += 10) {
      const batch = Array.from({ length: 10 }, (_unused, index) =>
        message(base + index + 1, { content: '漢'.repeat(8_000) }),
      );
      await messages.commit(await current(), batch);
    }
    expect((await stored()).map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_unused, i) => i + 1));
  });

  it('keeps a preview of 80 characters at most, and breaks none of them', async () => {
    const { messages, conversation, message, current } = await setup();
    await messages.commit(conversation, [message(1, { content: '🎈'.repeat(200) })]);
    const preview = (await current()).lastMessage?.preview ?? '';
    expect(Array.from(preview).length).toBeLessThanOrEqual(80);
    expect(preview.isWellFormed()).toBe(true);
  });
});

describe('a conversation on DynamoDB, whose maps have no order, remembers', () => {
  const names = ['zoe', 'yan', 'xaver', 'will', 'vera', 'uma', 'tom', 'sue', 'rob', 'quinn', 'pia', 'otto'];
  const lastFive = names.slice(-5);

  async function sendFromEach(more: (name: string, seq: number) => Parameters<typeof aNewMessage>[0]) {
    const { messages, current, message } = await conversationOn(() => stores.DynamoDB());
    for (const [index, name] of names.entries()) {
      const seq = index + 1;
      await messages.commit(await current(), [message(seq, more(name, seq))]);
    }
    return await current();
  }

  it('[U2] the five who sent last, and forgets who came before them', async () => {
    const { recentSenders } = await sendFromEach((name) => ({ senderId: userId(name) }));
    expect(Object.keys(recentSenders).sort()).toEqual(lastFive.map(userId).sort());
  });

  it('[P6] the five clients that numbered last, and forgets who came before them', async () => {
    const { clientStreams } = await sendFromEach((name, seq) => ({
      clientSeq: { sessionId: sessionId(name), number: seq },
    }));
    expect(Object.keys(clientStreams).sort()).toEqual(lastFive.map(sessionId).sort());
  });
});
