import { DynamoDBClient, InternalServerError, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { aConversation, aNewMessage, cleo } from '../../test/support/builders.ts';
import { dynamoConversationChanges } from './dynamo-conversation-changes.ts';

describe('a change that DynamoDB does not take', () => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
  const dynamo = mockClient(client);
  beforeEach(() => dynamo.reset());
  const store = dynamoConversationChanges({
    client,
    conversationsTable: 'conversations',
    messagesTable: 'messages',
  });
  const before = aConversation();
  const line = {
    ...aNewMessage({ seq: 1, serverMsgId: 'm_1', content: '' }).message,
    system: { code: 'conversation.renamed', params: { title: 'Crew' } } as const,
  };
  const after = { ...before, seq: 1, membersVersion: 2 };
  const change = () =>
    store.change(before, {
      after,
      line,
      entrance: { kind: 'link', linkId: 'l_1', nowSeconds: 1 },
      joined: [{ convoId: before.convoId, userId: cleo, role: 'member', readSeq: 0 }],
    });
  /** In the order of the actions: counters, entrance, line, membership … */
  const cancelled = (...codes: string[]) =>
    dynamo.on(TransactWriteCommand).rejects(
      new TransactionCanceledException({
        message: '',
        $metadata: {},
        CancellationReasons: codes.map((Code) => ({ Code })),
      }),
    );
  const failed = 'ConditionalCheckFailed';

  it.each([
    ['the counters moved', [failed, 'None', 'None'], 'stale'],
    ['the counters moved and the entrance is used up', [failed, failed, 'None'], 'stale'],
    ['the entrance is used up', ['None', failed, 'None'], 'used_up'],
    ['something else stands in the place of the line', ['None', 'None', failed], 'stale'],
    ['somebody else writes at the same moment', ['TransactionConflict', 'None', 'None'], 'stale'],
    ['it is throttled', ['None', 'None', 'ThrottlingError'], 'stale'],
  ])('because %s', async (_, codes, outcome) => {
    cancelled(...codes);
    expect(await change()).toBe(outcome);
  });

  it('for good is a fault', async () => {
    cancelled('None', 'ValidationError');
    await expect(change()).rejects.toThrow('ValidationError');
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    dynamo.on(TransactWriteCommand).rejects(denied);
    await expect(change()).rejects.toBe(denied);
  });

  const lost = () =>
    dynamo.on(TransactWriteCommand).rejects(new InternalServerError({ message: '', $metadata: {} }));

  it('but did, without saying so, is made: its line stands there', async () => {
    lost();
    dynamo.on(GetCommand).resolves({ Item: { server_msg_id: 'm_1' } });
    expect(await change()).toBe('changed');
  });

  it.each([[undefined], [{ server_msg_id: 'm_2' }]])('and says nothing is looked at again', async (Item) => {
    lost();
    dynamo.on(GetCommand).resolves(Item ? { Item } : {});
    expect(await change()).toBe('stale');
  });
});
