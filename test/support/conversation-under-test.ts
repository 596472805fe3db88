import { expect } from 'vitest';
import { connect } from './cloud.ts';
import { violations } from './history.ts';
import type { OwnCloud } from './own-cloud.ts';
import { newPeople, openGroup, type Person, send, wholeHistory } from './people.ts';
import type { TestSocket } from './socket.ts';

/** Two people who talk, and a record of everything that they send. */
export interface ConversationUnderTest {
  readonly ada: Person;
  readonly ben: Person;
  readonly adaSocket: TestSocket;
  readonly benSocket: TestSocket;
  readonly convoId: string;
  /** Sends as Ada; answers the client_msg_id. */
  readonly sends: (content: string, options?: { clientMsgId?: string; socket?: TestSocket }) => string;
  /** The texts of the history in order, after everything told so far was held against it. */
  readonly provenHistory: (...moreDevices: TestSocket[]) => Promise<string[]>;
}

/** Opens it and sends one message, so that every function of its road is warm. */
export async function conversationIn(cloud: OwnCloud): Promise<ConversationUnderTest> {
  const [ada, ben] = await newPeople(cloud.http, 2);
  if (!ada || !ben) throw new Error('nobody there');
  const { convo_id: convoId } = await openGroup(ada, [ben]);
  const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);
  const sent = new Map<string, string>();

  const sends: ConversationUnderTest['sends'] = (content, { clientMsgId, socket = adaSocket } = {}) => {
    const id = send(socket, {
      convo_id: convoId,
      content,
      ...(clientMsgId && { client_msg_id: clientMsgId }),
    });
    sent.set(id, content);
    return id;
  };
  const warm = sends('hello');
  await adaSocket.next('message.ack', (ack) => ack.client_msg_id === warm);
  await benSocket.next('message.create');
  await cloud.untilQueueIsEmpty();
  cloud.tap.clear();

  return {
    ada,
    ben,
    adaSocket,
    benSocket,
    convoId,
    sends,
    async provenHistory(...moreDevices) {
      const readings = await Promise.all([wholeHistory(ada, convoId), wholeHistory(ben, convoId)]);
      const devices = [adaSocket, benSocket, ...moreDevices];
      expect(violations(convoId, { sent, devices, readings })).toEqual([]);
      return readings[0].map(({ content }) => content);
    },
  };
}

/** The ack of this message, whatever it says. */
export async function ackOf(socket: TestSocket, clientMsgId: string) {
  return await socket.next('message.ack', (ack) => ack.client_msg_id === clientMsgId);
}
