import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { MessageChange } from '../../events/change-accepted.ts';
import {
  aConversation,
  anIncoming,
  anIncomingChange,
  anna,
  ben,
  countingIds,
  instantBackoff,
  membershipsOf,
  movableClock,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { dynamoConversationStore } from '../conversations/dynamo-conversation-store.ts';
import { cachedRoster } from '../conversations/roster.ts';
import { commitMessages } from './commit-messages.ts';
import { dynamoMessageStore } from './dynamo-message-store.ts';
import type { Incoming } from './incoming.ts';

const database = testDatabase();
const ids = countingIds('COST');

/** What a client asked of DynamoDB, and what that costs in units of capacity. */
interface Bill {
  readonly calls: string[];
  readonly units: { read: number; write: number };
}

interface Metered {
  readonly ConsumedCapacity?: { CapacityUnits?: number } | readonly { CapacityUnits?: number }[];
}

const nothing = (): Bill => ({ calls: [], units: { read: 0, write: 0 } });

/** The same client, with every call on the bill. */
function billed(client: DynamoDBDocumentClient, bill: () => Bill): DynamoDBDocumentClient {
  const send = async (command: { input: Record<string, unknown>; constructor: { name: string } }) => {
    command.input.ReturnConsumedCapacity = 'TOTAL';
    const answer = (await client.send(command as never)) as Metered;
    const units = [answer.ConsumedCapacity ?? []]
      .flat()
      .reduce((sum, one) => sum + (one.CapacityUnits ?? 0), 0);
    const { name } = command.constructor;
    bill().calls.push(name.replace('Command', ''));
    bill().units[name === 'TransactWriteCommand' ? 'write' : 'read'] += units;
    return answer;
  };
  return new Proxy(client, {
    get: (target, property) => (property === 'send' ? send : Reflect.get(target, property)),
  });
}

describe('what a commit costs', () => {
  async function setup() {
    const { client, tables } = database();
    let bill = nothing();
    const metered = { client: billed(client, () => bill), ...tables };
    const conversations = dynamoConversationStore({ ...metered, backoff: instantBackoff() });
    const conversation = aConversation({ convoId: ids.conversation() });
    await conversations.create(conversation, membershipsOf(conversation, [anna, ben], anna));
    const { convoId } = conversation;
    const deps = {
      conversations,
      messages: dynamoMessageStore(metered),
      roster: cachedRoster(conversations),
      clock: movableClock(),
      ids: countingIds(),
      backoff: instantBackoff(),
    };
    const costOf = async (...batch: Incoming[]) => {
      bill = nothing();
      const { settled } = await commitMessages(convoId, batch, deps);
      expect(settled.map(({ kind }) => kind)).toEqual(batch.map(() => 'persisted'));
      return bill;
    };
    const say = (id: string, thread?: number) =>
      anIncoming({ convo_id: convoId, client_msg_id: id, ...(thread && { thread }) });
    const ask = (id: string, change: MessageChange) =>
      anIncomingChange(change, { convo_id: convoId, client_msg_id: id });
    return { costOf, say, ask };
  }

  it('of a message is what it was before there were changes: two units for each of three items', async () => {
    const { costOf, say, ask } = await setup();
    const once = { calls: ['Get', 'TransactWrite'], units: { read: 1, write: 6 } };
    expect(await costOf(say('a'))).toEqual(once);
    await costOf(ask('r', { kind: 'react', seq_no: 1, emoji: '👍' }));
    expect(await costOf(say('b'))).toEqual(once);
    expect((await costOf(say('c'), say('d'))).units).toEqual({ read: 1, write: 10 });
  });

  it('of a change is one item more to read and one to write, whatever there was before', async () => {
    const { costOf, say, ask } = await setup();
    await costOf(say('a'), say('b'));
    const oneMore = { calls: ['Get', 'BatchGet', 'TransactWrite'], units: { read: 2, write: 8 } };
    expect(await costOf(ask('r', { kind: 'react', seq_no: 1, emoji: '👍' }))).toEqual(oneMore);
    expect(await costOf(ask('u', { kind: 'unreact', seq_no: 1, emoji: '👍' }))).toEqual(oneMore);
    expect(await costOf(ask('d', { kind: 'delete', seq_no: 2 }))).toEqual(oneMore);
  });

  it('of an edit is the former text besides, of a pin the list of pins and the role', async () => {
    const { costOf, say, ask } = await setup();
    await costOf(say('a'));
    expect((await costOf(ask('e1', { kind: 'edit', seq_no: 1, content: 'two' }))).units).toEqual({
      read: 2,
      write: 10,
    });
    expect((await costOf(ask('e2', { kind: 'edit', seq_no: 1, content: 'three' }))).units).toEqual({
      read: 3,
      write: 10,
    });
    expect((await costOf(ask('p', { kind: 'pin', seq_no: 1 }))).units).toEqual({ read: 4, write: 10 });
  });

  it('of a message in a thread is the change of its root besides, and its row in the thread', async () => {
    const { costOf, say } = await setup();
    await costOf(say('a'), say('b'));
    const first = { calls: ['Get', 'BatchGet', 'TransactWrite'], units: { read: 2, write: 14 } };
    expect(await costOf(say('t1', 1))).toEqual(first);
    expect((await costOf(say('t2', 1))).units).toEqual({ read: 2, write: 12 });
    // Two of one thread share the lock and the root, so that they cost less than twice one.
    expect((await costOf(say('t3', 1), say('t4', 1))).units).toEqual({ read: 2, write: 20 });
    // Whoever answers a message of a thread names that one: its root is read after it.
    expect(await costOf(say('t5', 3))).toEqual({
      calls: ['Get', 'BatchGet', 'BatchGet', 'TransactWrite'],
      units: { read: 3, write: 12 },
    });
    expect((await costOf(say('c'))).units).toEqual({ read: 1, write: 6 });
  });

  it('of ten messages that begin ten threads is one transaction', async () => {
    const { costOf, say } = await setup();
    await costOf(...Array.from({ length: 10 }, (_, index) => say(`root-${index}`)));
    const { calls, units } = await costOf(
      ...Array.from({ length: 10 }, (_, index) => say(`t-${index}`, index + 1)),
    );
    expect(calls).toEqual(['Get', 'BatchGet', 'TransactWrite']);
    expect(units).toEqual({ read: 11, write: 122 });
  });

  it('of a change without effect is its dedupe row and the lock', async () => {
    const { costOf, say, ask } = await setup();
    await costOf(say('a'));
    expect((await costOf(ask('u', { kind: 'unreact', seq_no: 1, emoji: '👍' }))).units).toMatchObject({
      write: 4,
    });
  });
});
