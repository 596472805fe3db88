/**
 * Everybody who may knock and everything that they may ask for, in process: the functions as they are deployed, a real
 * DynamoDB engine, and a record of what they wrote, pushed, queued and logged.
 */
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { vi } from 'vitest';
import { httpRoutes, webSocketRoutes } from '../../functions/routes.ts';
import { type Identity, signAccessToken } from '../../shared/auth/access-token.ts';
import { credentialsKey, gateKey } from '../../shared/auth/auth-keys.ts';
import { dynamoAccountStore } from '../../shared/auth/dynamo-account-store.ts';
import { dynamoPublicKeyStore } from '../../shared/auth/dynamo-public-key-store.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { hashPassword } from '../../shared/auth/password.ts';
import { newSession, refreshToken } from '../../shared/auth/session.ts';
import { systemClock } from '../../shared/clock.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { dynamoConversationChanges } from '../../shared/conversations/dynamo-conversation-changes.ts';
import { dynamoConversationStore } from '../../shared/conversations/dynamo-conversation-store.ts';
import { leaveConversation } from '../../shared/conversations/leave-conversation.ts';
import { randomIds } from '../../shared/ids.ts';
import { limits } from '../../shared/limits.ts';
import { dynamoMessageStore } from '../../shared/messages/dynamo-message-store.ts';
import { aConversation, aNewMessage, aProfile, instantBackoff, membershipsOf } from '../support/builders.ts';
import type { TestDatabase } from '../support/dynamodb.ts';
import { issuer, signingKeysAt, signingSecret, stubEnvironment } from '../support/in-memory-aws.ts';

/** Who has no living session: whatever they ask for that needs one is refused. */
export const nobodies = [
  'anonymous',
  'expired token',
  'forged token',
  'refresh token as access token',
  'socket ticket as access token',
  'revoked session',
  'erased account',
] as const;
export type Nobody = (typeof nobodies)[number];

export const password = 'correct horse battery staple';

export interface Person extends Identity {
  readonly handle: string;
  readonly refreshToken: string;
  /** What stands behind `Bearer`; undefined for nobody at all. */
  readonly token: string | undefined;
}

/** What one call did besides answering. */
export interface Traces {
  readonly pushes: number;
  readonly queued: number;
  readonly log: string;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export async function createWorld(database: TestDatabase) {
  const { client, tables } = database;
  stubEnvironment(database, { LOG_LEVEL: 'INFO' });
  const backoff = instantBackoff();
  const accounts = dynamoAccountStore(client, tables, backoff);
  const sessions = dynamoSessionStore({ client, ...tables, clock: systemClock, backoff });
  const conversations = dynamoConversationStore({ client, ...tables, backoff });
  const messages = dynamoMessageStore({ client, ...tables });
  const connections = dynamoConnectionStore({ client, ...tables, clock: systemClock });
  const passwordHash = await hashPassword(password);
  const keys = await signingKeysAt(systemClock.now());
  const cloud = mockCloud();
  const handlers = await loadHandlers();

  async function person(handle = `p${randomIds.secret().slice(0, 12).toLowerCase()}`): Promise<Person> {
    const identity = { userId: randomIds.user(), sessionId: randomIds.session() };
    const secret = randomIds.secret();
    const outcome = await accounts.create({
      profile: aProfile(handle, { userId: identity.userId }),
      passwordHash,
      session: newSession(identity, secret, systemClock.now()),
    });
    if (outcome !== 'created') throw new Error(`${handle}: ${outcome}`);
    const token = await signAccessToken(identity, { keys, issuer, clock: systemClock });
    return { ...identity, handle, token, refreshToken: refreshToken(identity, secret) };
  }

  async function verified(): Promise<Person> {
    const someone = await person();
    await accounts.verify(someone, { channel: 'email', address: aProfile(someone.handle).email });
    return someone;
  }

  const become: Record<Nobody, () => Promise<Person>> = {
    async anonymous() {
      return { ...(await person()), token: undefined };
    },
    async 'expired token'() {
      const past = { now: () => systemClock.now() - (limits.accessTokenTtlSeconds + 60) * 1000 };
      const someone = await person();
      return { ...someone, token: await signAccessToken(someone, { keys, issuer, clock: past }) };
    },
    async 'forged token'() {
      const [someone, owner] = [await person(), await person()];
      const [header, , signature] = (someone.token ?? '').split('.');
      return { ...someone, token: [header, owner.token?.split('.')[1], signature].join('.') };
    },
    async 'refresh token as access token'() {
      const someone = await person();
      return { ...someone, token: someone.refreshToken };
    },
    async 'socket ticket as access token'() {
      return { ...(await person()), token: randomIds.secret() };
    },
    async 'revoked session'() {
      const someone = await person();
      await sessions.end(someone.userId, [someone.sessionId]);
      return someone;
    },
    async 'erased account'() {
      const someone = await person();
      for (const key of [gateKey(someone.userId), credentialsKey(someone.userId)])
        await client.send(new DeleteCommand({ TableName: tables.authTable, Key: key }));
      return someone;
    },
  };

  /** Nobody and nothing but the keys that sign tokens. A world in which much happened takes long to compare. */
  async function beginAnew(): Promise<void> {
    await database.clear();
    await dynamoPublicKeyStore(client, tables.authTable, systemClock).publish(
      keys.kid,
      keys.publicJwk,
      keys.expiresAt,
    );
  }

  return {
    database,
    beginAnew,
    sessions,
    connections,
    person,
    verified,
    nobody: (role: Nobody) => become[role](),
    /** A conversation of these people with three messages. */
    async conversation(...members: Person[]): Promise<string> {
      const ids = members.map(({ userId }) => userId);
      const convoId = randomIds.conversation();
      const conversation = aConversation({ convoId, members: ids });
      await conversations.create(conversation, membershipsOf(conversation, ids));
      const batch = [1, 2, 3].map((seq) => aNewMessage({ convoId, seq, senderId: ids[0] ?? '' }));
      await messages.commit(conversation, batch);
      return convoId;
    },
    /** The same two, of whom the second left. */
    async conversationThatWasLeft(stays: Person, leaves: Person): Promise<string> {
      const convoId = await this.conversation(stays, leaves);
      const changed = await leaveConversation(leaves.userId, convoId, {
        conversations,
        changes: dynamoConversationChanges({ client, ...tables }),
        clock: systemClock,
        ids: randomIds,
        backoff,
      });
      if (changed === 'unchanged') throw new Error('nobody left');
      return convoId;
    },
    /** Runs a function as API Gateway does, and what it left behind. */
    async run(path: string, event: unknown, context: unknown): Promise<{ result: unknown; traces: Traces }> {
      const handler = handlers.get(path);
      if (!handler) throw new Error(`no function ${path}`);
      cloud.forget();
      const lines: string[] = [];
      const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
        lines.push(String(chunk));
        return true;
      });
      const result = await handler(event, context).finally(() => write.mockRestore());
      return { result, traces: { ...cloud.traces(), log: lines.join('') } };
    },
    /** Everything in every table but the counters of rate limits, which are there to be changed by whoever calls. */
    async state(): Promise<State> {
      const contents = await Promise.all(Object.values(tables).map((name) => scan(database, name)));
      return new Map(contents.flat());
    },
  };
}

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const entries = import.meta.glob<{ handler: Handler }>('../../functions/{http,ws}/*.ts');

async function loadHandlers(): Promise<Map<string, Handler>> {
  const paths = new Set([...httpRoutes, ...webSocketRoutes].map((route) => route.function));
  const handlers = new Map<string, Handler>();
  for (const path of paths) {
    const load = entries[`../../functions/${path}.ts`];
    if (!load) throw new Error(`there is no functions/${path}.ts`);
    handlers.set(path, (await load()).handler);
  }
  return handlers;
}

/** Everything but the database. */
function mockCloud() {
  const gateway = mockClient(ApiGatewayManagementApiClient);
  const sqs = mockClient(SQSClient);
  mockClient(SecretsManagerClient)
    .on(GetSecretValueCommand)
    .callsFake(({ VersionStage }) => {
      if (VersionStage !== 'AWSPREVIOUS') return { SecretString: signingSecret };
      throw new ResourceNotFoundException({ $metadata: {}, message: 'there was none before' });
    });
  return {
    forget() {
      gateway.reset();
      gateway.on(PostToConnectionCommand).resolves({});
      gateway.on(DeleteConnectionCommand).resolves({});
      sqs.reset();
      sqs.on(SendMessageCommand).resolves({ MessageId: 'queued' });
      sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
    },
    traces: () => ({
      pushes: gateway
        .commandCalls(PostToConnectionCommand)
        .filter(({ args: [{ input }] }) => !isError(input.Data)).length,
      queued: sqs.commandCalls(SendMessageCommand).length + sqs.commandCalls(SendMessageBatchCommand).length,
    }),
  };
}

/** The answer to a refused frame is a push too, to its own sender. */
function isError(data: unknown): boolean {
  return typeof data === 'string' && JSON.parse(data).type === 'error';
}

/** Item key → its content. */
export type State = ReadonlyMap<string, string>;

/** The keys of the items that are not what they were. */
export function changes(before: State, after: State): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key),
  );
}

async function scan({ client }: TestDatabase, table: string): Promise<[string, string][]> {
  const command = new ScanCommand({ TableName: table, ConsistentRead: true });
  const { Items = [], LastEvaluatedKey } = await client.send(command);
  if (LastEvaluatedKey) throw new Error(`${table} is too large to compare`);
  return Items.filter(({ pk }) => !/^(LIMIT|FAIL|KEYS)/.test(pk)).map(({ pk, sk, ...item }) => [
    `${pk} ${sk}`,
    JSON.stringify(inOrder({ ...item, tat: undefined })),
  ]);
}

/** DynamoDB keeps no order of attributes. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value)
    .map(([key, entry]) => [key, inOrder(entry)])
    .sort(([a], [b]) => String(a).localeCompare(String(b)));
}
