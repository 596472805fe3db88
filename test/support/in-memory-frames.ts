/** The socket side of API Gateway for one test file: three people, a conversation of two of them, and their frames. */
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AwsClientStub, mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, expect } from 'vitest';
import { type TimelineEvent, timelineEvent } from '../../events/change-accepted.ts';
import { type ErrorFrame, errorFrame, type ServerFrame, serverFrame } from '../../events/server-frames.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { randomIds } from '../../shared/ids.ts';
import { dynamoMessageStore } from '../../shared/messages/dynamo-message-store.ts';
import { aConversation, aNewMessage, instantBackoff, membershipsOf } from './builders.ts';
import type { TestDatabase } from './dynamodb.ts';
import {
  aContext,
  aSocketEvent,
  type FrameCall,
  pushedFrames,
  type SignedIn,
  signUp,
  stubEnvironment,
} from './in-memory-aws.ts';

export interface FrameWorld {
  /** Anna and Ben are connected as `anna-1` and `ben-1`, and in `team`, which has three messages. Eve is not in it. */
  readonly people: { anna: SignedIn; ben: SignedIn; eve: SignedIn; team: string };
  readonly gateway: AwsClientStub<ApiGatewayManagementApiClient>;
  readonly sqs: AwsClientStub<SQSClient>;
  /** What was pushed to whom, held against the contract. */
  pushed(): [connectionId: string, frame: ServerFrame][];
  queued(): TimelineEvent[];
  /** Sends a frame, from Anna if nothing else is said, and answers what was pushed since the test began. */
  send(entry: string, frame: unknown, call?: FrameCall): Promise<[string, ServerFrame][]>;
  /** The one error frame that a frame was answered with, on its own connection; nothing was queued. */
  refusal(entry: string, frame: unknown, call?: FrameCall): Promise<ErrorFrame>;
}

type FrameFunction = (event: unknown, context: unknown) => Promise<unknown>;

export function frameWorld(
  database: () => TestDatabase,
  entries: Readonly<Record<string, () => Promise<{ handler: unknown }>>>,
): FrameWorld {
  const gateway = mockClient(ApiGatewayManagementApiClient);
  const sqs = mockClient(SQSClient);
  const functions = new Map<string, FrameFunction>();
  let people: FrameWorld['people'] | undefined;

  beforeAll(async () => {
    stubEnvironment(database());
    for (const [name, load] of Object.entries(entries)) {
      functions.set(name, (await load()).handler as FrameFunction);
    }
    people = await peopleOf(database());
  });

  beforeEach(() => {
    gateway.reset();
    gateway.on(PostToConnectionCommand).resolves({});
    sqs.reset();
    sqs.on(SendMessageCommand).resolves({});
  });

  const world: FrameWorld = {
    gateway,
    sqs,
    get people() {
      if (!people) throw new Error('the people are there from beforeAll on');
      return people;
    },
    pushed: () =>
      pushedFrames(gateway).map(([connectionId, frame]) => [connectionId, serverFrame.parse(frame)]),
    queued: () =>
      sqs
        .commandCalls(SendMessageCommand)
        .map(({ args: [{ input }] }) => timelineEvent.parse(JSON.parse(input.MessageBody ?? ''))),
    async send(entry, frame, call = {}) {
      const body = typeof frame === 'string' ? frame : JSON.stringify(frame);
      const event = aSocketEvent(body, { connectionId: 'anna-1', identity: world.people.anna, ...call });
      // Any other status would make API Gateway send an error frame of its own.
      expect(await functions.get(entry)?.(event, aContext())).toEqual({ statusCode: 200 });
      return world.pushed();
    },
    async refusal(entry, frame, call = {}) {
      const frames = await world.send(entry, frame, call);
      expect(frames).toHaveLength(1);
      const [connectionId, error] = frames[0] ?? [];
      expect(connectionId).toBe(call.connectionId ?? 'anna-1');
      expect(JSON.stringify(error)).not.toMatch(/node_modules|\.ts:|Exception/);
      expect(world.queued()).toEqual([]);
      return errorFrame.parse(error);
    },
  };
  return world;
}

async function peopleOf(database: TestDatabase): Promise<FrameWorld['people']> {
  const { client, tables } = database;
  const anna = await signUp(database, 'anna');
  const ben = await signUp(database, 'ben');
  const eve = await signUp(database, 'eve');
  const team = randomIds.conversation();
  const members = [anna.userId, ben.userId];
  const conversation = aConversation({ convoId: team, members });
  const conversations = dynamoConversationStore({ client, ...tables, backoff: instantBackoff() });
  await conversations.create(conversation, membershipsOf(conversation, members));
  const batch = [1, 2, 3].map((seq) => aNewMessage({ convoId: team, seq, senderId: ben.userId }));
  await dynamoMessageStore({ client, ...tables }).commit(conversation, batch);
  const connections = dynamoConnectionStore({ client, ...tables, clock: systemClock });
  await connections.open({ ...anna, connectionId: 'anna-1' });
  await connections.open({ ...ben, connectionId: 'ben-1' });
  return { anna, ben, eve, team };
}
