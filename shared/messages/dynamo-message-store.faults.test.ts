import {
  DynamoDBClient,
  InternalServerError,
  ProvisionedThroughputExceededException,
  ThrottlingException,
  TransactionCanceledException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  aConversation,
  aNewMessage,
  anIncoming,
  anna,
  ben,
  convoId,
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

const tables = { conversationsTable: 'conversations', messagesTable: 'messages' };

describe('a commit that DynamoDB refuses', () => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
  const dynamo = mockClient(client);
  beforeEach(() => dynamo.reset());

  const commit = () =>
    dynamoMessageStore({ client, ...tables }).commit(aConversation(), [
      aNewMessage({ seq: 1 }),
      aNewMessage({ seq: 2 }),
    ]);

  /** The reasons stand in the order of the actions: counter, then the dedupe rows, then the messages. */
  function cancel(...codes: string[]) {
    const reasons = Array.from({ length: 5 }, (_, index) => ({ Code: codes[index] ?? 'None' }));
    dynamo
      .on(TransactWriteCommand)
      .rejects(
        new TransactionCanceledException({ message: '', $metadata: {}, CancellationReasons: reasons }),
      );
  }

  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'for %s may succeed later',
    async (code) => {
      cancel('None', code);
      expect(await commit()).toEqual({ kind: 'transient', reason: expect.stringContaining(code) });
    },
  );

  it.each(['ItemCollectionSizeLimitExceeded', 'ValidationError'])('for %s never will', async (code) => {
    cancel('None', 'None', code);
    expect(await commit()).toEqual({ kind: 'refused', reason: expect.stringContaining(code) });
  });

  it('for its counter is stale, also beside a conflict', async () => {
    cancel('ConditionalCheckFailed', 'TransactionConflict');
    expect(await commit()).toEqual({ kind: 'stale' });
  });

  it('for a number that is taken is stale', async () => {
    cancel('None', 'None', 'None', 'ConditionalCheckFailed');
    expect(await commit()).toEqual({ kind: 'stale' });
  });

  it.each([
    new ProvisionedThroughputExceededException({ message: '', $metadata: {} }),
    new ThrottlingException({ message: '', $metadata: {} }),
    new TransactionInProgressException({ Message: '', message: '', $metadata: {} }),
    new InternalServerError({ message: '', $metadata: {} }),
    Object.assign(new Error('socket timed out'), { name: 'TimeoutError' }),
  ])('with $name may have succeeded, or may later', async (error) => {
    dynamo.on(TransactWriteCommand).rejects(error);
    expect(await commit()).toEqual({ kind: 'transient', reason: error.name });
  });

  it('is asked for every condition, and for what stands in the way', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    await commit();
    const actions = dynamo.commandCalls(TransactWriteCommand)[0]?.args[0].input.TransactItems ?? [];
    expect(actions[0]?.Update?.ConditionExpression).toBe(
      'seq = :known AND members_version = :members AND attribute_not_exists(rev)',
    );
    expect(actions).toHaveLength(5);
    for (const action of actions.slice(1)) {
      expect(action.Put).toMatchObject({
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    }
  });
});

describe('a commit that succeeded without anybody hearing of it', () => {
  const database = testDatabase();

  async function setup(convo: string) {
    const { client, tables: real } = database();
    const backoff = instantBackoff();
    const conversations = dynamoConversationStore({ client, ...real, backoff });
    const conversation = aConversation({ convoId: convoId(convo) });
    await conversations.create(conversation, membershipsOf(conversation, [anna, ben]));
    const messages = dynamoMessageStore({ client, ...real });
    const deps = {
      conversations,
      messages,
      backoff,
      roster: cachedRoster(conversations),
      clock: movableClock(),
      ids: countingIds(),
    };
    const batch = ['a', 'b'].map((id) => anIncoming({ convo_id: convoId(convo), client_msg_id: id }));
    const stored = async () =>
      (await messages.range(convoId(convo), 1, 99)).map(({ seq, clientMsgId }) => [seq, clientMsgId]);
    return { client, deps, batch, stored, id: convoId(convo) };
  }

  it('[P2] is found by the next try, and stored once', async () => {
    const { client, deps, batch, stored, id } = await setup('timeout');
    let tries = 0;
    const lossy = {
      ...deps,
      messages: dynamoMessageStore({
        ...database().tables,
        client: new Proxy(client, {
          get(target, property) {
            if (property !== 'send') return Reflect.get(target, property);
            return async (command: unknown) => {
              const answer = await target.send(command as never);
              if (command instanceof TransactWriteCommand) {
                tries += 1;
                throw Object.assign(new Error('socket timed out'), { name: 'TimeoutError' });
              }
              return answer;
            };
          },
        }),
      }),
    };
    const { settled } = await commitMessages(id, batch, lossy);
    expect(settled).toMatchObject([
      { kind: 'persisted', message: { seq: 1, clientMsgId: 'a', content: 'hello' } },
      { kind: 'persisted', message: { seq: 2, clientMsgId: 'b' } },
    ]);
    expect(tries).toBe(1);
    expect(await stored()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('[P2] is found by the next delivery, when the process died', async () => {
    const { deps, batch, stored, id } = await setup('crash');
    await commitMessages(id, batch, deps);
    const later = anIncoming({ convo_id: id, client_msg_id: 'c' });
    const { settled } = await commitMessages(id, [...batch, later], { ...deps, ids: countingIds('X') });
    expect(settled.map((one) => one.kind === 'persisted' && one.message.serverMsgId)).toEqual([
      'm_00000000000000000000000001',
      'm_00000000000000000000000002',
      expect.stringContaining('m_X'),
    ]);
    expect(await stored()).toHaveLength(3);
  });

  it('reads the counter strongly consistently, or it would be stale for ever', async () => {
    const { client, deps, batch, id } = await setup('consistent');
    const spy = mockClient(client);
    spy.on(GetCommand).resolves({});
    await commitMessages(id, batch, deps);
    expect(spy.commandCalls(GetCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
    spy.restore();
  });
});
