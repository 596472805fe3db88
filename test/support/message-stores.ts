/** The message store on DynamoDB and the one that use cases are tested with, for suites that hold both to the same. */
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { dynamoMessageStore } from '../../shared/messages/dynamo-message-store.ts';
import {
  aConversation,
  aNewMessage,
  anna,
  ben,
  countingIds,
  instantBackoff,
  membershipsOf,
} from './builders.ts';
import type { TestDatabase } from './dynamodb.ts';
import { inMemoryConversationStore } from './in-memory-conversation-store.ts';
import { inMemoryMessageStore } from './in-memory-message-store.ts';

const ids = countingIds('MSG');

/** @param database as `testDatabase()` gives it: it is there from the first test on. */
export function messageStores(database: () => TestDatabase) {
  return {
    DynamoDB() {
      const { client, tables } = database();
      const { conversationsTable, messagesTable } = tables;
      return {
        conversations: dynamoConversationStore({ client, conversationsTable, backoff: instantBackoff() }),
        messages: dynamoMessageStore({ client, conversationsTable, messagesTable }),
      };
    },
    'the in-memory stand-in'() {
      const conversations = inMemoryConversationStore();
      return { conversations, messages: inMemoryMessageStore(conversations) };
    },
  };
}

type Stores = ReturnType<typeof messageStores>;

/** A new conversation of Anna and Ben without messages. */
export async function conversationOn(open: Stores[keyof Stores]) {
  const { conversations, messages } = open();
  const conversation = aConversation({ convoId: ids.conversation() });
  await conversations.create(conversation, membershipsOf(conversation, [anna, ben]));
  const { convoId: id } = conversation;
  const current = async () => {
    const found = await conversations.get(id);
    if (!found) throw new Error('the conversation is there');
    return found;
  };
  const message = (seq: number, given: Parameters<typeof aNewMessage>[0] = {}) =>
    aNewMessage({ convoId: id, seq, ...given });
  const stored = async () => await messages.range(id, 1, 1_000);
  return { conversations, messages, conversation, id, current, message, stored };
}
