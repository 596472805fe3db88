import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import {
  aConversation,
  aNewMessage,
  anna,
  ben,
  convoId,
  instantBackoff,
  membershipsOf,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { dynamoConversationStore } from '../conversations/dynamo-conversation-store.ts';
import { dynamoMessageStore } from '../messages/dynamo-message-store.ts';
import { dynamoSilence } from './dynamo-silence.ts';

const database = testDatabase();

async function setup(name: string) {
  const { client, tables } = database();
  const backoff = instantBackoff();
  const conversations = dynamoConversationStore({ client, ...tables, backoff });
  const conversation = aConversation({ convoId: convoId(name), type: 'direct', title: null });
  await conversations.create(conversation, membershipsOf(conversation, [anna, ben]));
  const silence = dynamoSilence({ client, ...tables, backoff });
  return {
    conversation,
    conversations,
    messages: dynamoMessageStore({ client, ...tables }),
    set: (userId: string, silent: boolean) => silence.set(conversation.convoId, userId, silent),
    counter: () => conversations.get(conversation.convoId),
    silence,
  };
}

describe('the silence of a conversation in DynamoDB', () => {
  it('is one mark for each of the two, and moves the version only when it changes', async () => {
    const { set, counter } = await setup('marks');
    for (let time = 0; time < 2; time += 1) await set(anna, true);
    expect(await counter()).toMatchObject({ silencedBy: [anna], membersVersion: 2 });
    await set(ben, true);
    expect([...((await counter())?.silencedBy ?? [])].sort()).toEqual([anna, ben].sort());
    for (let time = 0; time < 2; time += 1) await set(anna, false);
    expect(await counter()).toMatchObject({ silencedBy: [ben], membersVersion: 4 });
    await set(ben, false);
    expect(await counter()).not.toHaveProperty('silencedBy');
    await set(ben, false);
    expect(await counter()).toMatchObject({ membersVersion: 5 });
  });

  it('makes no conversation', async () => {
    const { silence, conversations } = await setup('other');
    await silence.set(convoId('nowhere'), anna, true);
    await silence.set(convoId('nowhere'), anna, false);
    expect(await conversations.get(convoId('nowhere'))).toBeUndefined();
  });

  it('[P7][B1] lets no message in that was looked at before it', async () => {
    const { set, conversation, messages, counter } = await setup('flight');
    await set(anna, true);
    const message = aNewMessage({ convoId: conversation.convoId, senderId: ben });
    expect(await messages.commit(conversation, [message])).toEqual({ kind: 'stale' });
    expect(await counter()).toMatchObject({ seq: 0 });
  });
});

describe('the silence of a busy conversation', () => {
  it('waits its turn behind the messages', async () => {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
    const dynamo = mockClient(client);
    const backoff = instantBackoff();
    const cancelled = new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: [{ Code: 'TransactionConflict' }],
    });
    dynamo.on(TransactWriteCommand).rejectsOnce(cancelled).rejectsOnce(cancelled).resolves({});
    await dynamoSilence({ client, conversationsTable: 'conversations', backoff }).set('d_1', anna, true);
    expect(backoff.waits).toEqual([1, 2]);
  });
});
