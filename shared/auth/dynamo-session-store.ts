import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { codes, hasCode, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { credentialsKey, gateKey, sessionKey } from './auth-keys.ts';
import {
  type BeforeSurplusEnds,
  type Rotation,
  type Session,
  type SessionStore,
  surplusSessions,
} from './session.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly authTable: string;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly beforeSurplusEnds?: BeforeSurplusEnds;
}

type LiveSessions = Readonly<Record<string, number>>;

/** So often a new session looks again at a map that others changed meanwhile. */
const addAttemptsMax = 5;
/** Keeps one update expression well below its 4 KB. */
const endedAtOnceMax = 50;

/**
 * Sessions: one row each with the refresh chain, and one map in the user's gate item that says which of them live.
 * The map decides; a session that is not in it is over, whatever its row says.
 */
export function dynamoSessionStore(deps: Deps): SessionStore {
  const { client, authTable, clock, backoff } = deps;
  const nowSeconds = () => epochSeconds(clock.now());

  const liveSessions = async (userId: string): Promise<LiveSessions | undefined> => {
    const answer = await client.send(
      new GetCommand({
        TableName: authTable,
        Key: gateKey(userId),
        ConsistentRead: true,
        ProjectionExpression: 'sessions',
      }),
    );
    return answer.Item?.sessions;
  };

  return {
    async add(session, checked) {
      for (let attempt = 0; attempt < addAttemptsMax; attempt += 1) {
        const live = await liveSessions(session.userId);
        if (!live) return false;
        const surplus = surplusSessions(live, nowSeconds());
        if (surplus.length > 0) await deps.beforeSurplusEnds?.(session.userId, surplus);
        const items = addition(authTable, session, surplus, checked?.passwordHash);
        const reasons = await transactWriteWithRetry(client, items, backoff);
        if (!reasons) return true;
        if (reasons[1]?.code === 'ConditionalCheckFailed') return false;
        if (reasons[0]?.code !== 'ConditionalCheckFailed') {
          throw new Error(`a session could not be added: ${codes(reasons)}`);
        }
      }
      throw new AppError('unavailable', 'Too many sign-ins at once');
    },

    async get({ userId, sessionId }) {
      const answer = await client.send(
        new GetCommand({ TableName: authTable, Key: sessionKey(userId, sessionId), ConsistentRead: true }),
      );
      return answer.Item && fromItem(answer.Item);
    },

    async list(userId) {
      const { live, rows } = await gateAndRows(client, authTable, userId);
      return rows
        .filter(({ sessionId }) => isAhead(live, sessionId, nowSeconds()))
        .sort((a, b) => b.lastUsedAt - a.lastUsedAt);
    },

    async rotate(session, next) {
      const reasons = await transactWriteWithRetry(client, rotation(authTable, session, next), backoff);
      if (reasons && !hasCode(reasons, 'ConditionalCheckFailed')) {
        throw new Error(`a session could not be rotated: ${codes(reasons)}`);
      }
      return reasons === undefined;
    },

    async reauthenticated({ userId, sessionId }, atSeconds) {
      const renew = new UpdateCommand({
        TableName: authTable,
        Key: sessionKey(userId, sessionId),
        UpdateExpression: 'SET authenticated_at = :at',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':at': atSeconds },
      });
      await unlessConditionFails(client.send(renew));
    },

    async end(userId, sessionIds) {
      const ids = [...new Set(sessionIds)];
      for (let start = 0; start < ids.length; start += endedAtOnceMax) {
        await endSome(client, authTable, userId, ids.slice(start, start + endedAtOnceMax));
      }
    },

    async isLive({ userId, sessionId }) {
      return isAhead((await liveSessions(userId)) ?? {}, sessionId, nowSeconds());
    },
  };
}

function isAhead(live: LiveSessions, sessionId: string, nowSeconds: number): boolean {
  return Object.hasOwn(live, sessionId) && (live[sessionId] ?? 0) > nowSeconds;
}

/**
 * The gate and the credentials come first: their failures mean different things. The size keeps the cap also against
 * sign-ins at the same time, and that each surplus session is still there makes the sum right.
 */
function addition(
  TableName: string,
  session: Session,
  surplus: readonly string[],
  passwordHash: string | undefined,
): TransactItems {
  const olds = surplus.map((_, index) => `sessions.#old${index}`);
  const names = Object.fromEntries(surplus.map((sessionId, index) => [`#old${index}`, sessionId]));
  const stillThere = olds.map((old) => ` AND attribute_exists(${old})`).join('');
  const hashIsSame = passwordHash === undefined ? '' : ' AND password_hash = :hash';
  return [
    {
      Update: {
        TableName,
        Key: gateKey(session.userId),
        UpdateExpression: `SET sessions.#new = :expiry${olds.length > 0 ? ` REMOVE ${olds.join(', ')}` : ''}`,
        ConditionExpression: `size(sessions) <= :most${stillThere}`,
        ExpressionAttributeNames: { '#new': session.sessionId, ...names },
        ExpressionAttributeValues: {
          ':expiry': session.expiresAt,
          ':most': limits.sessionsPerUserMax - 1 + surplus.length,
        },
      },
    },
    {
      ConditionCheck: {
        TableName,
        Key: credentialsKey(session.userId),
        ConditionExpression: `attribute_exists(pk)${hashIsSame}`,
        ...(passwordHash !== undefined && { ExpressionAttributeValues: { ':hash': passwordHash } }),
      },
    },
    { Put: { TableName, Item: sessionItem(session) } },
    ...surplus.map((sessionId) => ({ Delete: { TableName, Key: sessionKey(session.userId, sessionId) } })),
  ];
}

function rotation(TableName: string, session: Session, next: Rotation): TransactItems {
  return [
    {
      Update: {
        TableName,
        Key: sessionKey(session.userId, session.sessionId),
        UpdateExpression:
          'SET refresh_hash = :next, previous_refresh_hash = :current, rotated_at = :now, last_used_at = :now, ' +
          `expires_at = :expiry${next.ip === undefined ? '' : ', ip = :ip'}`,
        ConditionExpression: 'refresh_hash = :current',
        ExpressionAttributeValues: {
          ':current': session.refreshHash,
          ':next': next.refreshHash,
          ':now': next.rotatedAt,
          ':expiry': next.expiresAt,
          ...(next.ip !== undefined && { ':ip': next.ip }),
        },
      },
    },
    {
      Update: {
        TableName,
        Key: gateKey(session.userId),
        UpdateExpression: 'SET sessions.#session = :expiry',
        ConditionExpression: 'attribute_exists(sessions.#session)',
        ExpressionAttributeNames: { '#session': session.sessionId },
        ExpressionAttributeValues: { ':expiry': next.expiresAt },
      },
    },
  ];
}

async function endSome(
  client: DynamoDBDocumentClient,
  TableName: string,
  userId: string,
  ids: readonly string[],
): Promise<void> {
  // The gate first: from here on every call is refused, even if the second write never happens.
  const end = new UpdateCommand({
    TableName,
    Key: gateKey(userId),
    UpdateExpression: `REMOVE ${ids.map((_, index) => `sessions.#s${index}`).join(', ')}`,
    ConditionExpression: 'attribute_exists(sessions)',
    ExpressionAttributeNames: Object.fromEntries(ids.map((id, index) => [`#s${index}`, id])),
  });
  await unlessConditionFails(client.send(end));
  const forget = (id: string) => client.send(new DeleteCommand({ TableName, Key: sessionKey(userId, id) }));
  await Promise.all(ids.map(forget));
}

/** The gate's sort key lies right before those of the sessions, so that one query reads both. */
async function gateAndRows(client: DynamoDBDocumentClient, TableName: string, userId: string) {
  const { pk, sk: gate } = gateKey(userId);
  const { sk: sessionPrefix } = sessionKey(userId, '');
  const pages = paginateQuery(
    { client },
    {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :gate AND :last',
      ExpressionAttributeValues: { ':pk': pk, ':gate': gate, ':last': `${sessionPrefix}~` },
    },
  );
  const items: Record<string, unknown>[] = [];
  for await (const page of pages) items.push(...(page.Items ?? []));
  const live = items.find(({ sk }) => sk === gate)?.sessions as LiveSessions | undefined;
  const rows = items.filter(({ sk }) => String(sk).startsWith(sessionPrefix)).map(fromItem);
  return { live: live ?? {}, rows };
}

export function sessionItem(session: Session) {
  return {
    ...sessionKey(session.userId, session.sessionId),
    user_id: session.userId,
    session_id: session.sessionId,
    refresh_hash: session.refreshHash,
    created_at: session.createdAt,
    expires_at: session.expiresAt,
    last_used_at: session.lastUsedAt,
    authenticated_at: session.authenticatedAt,
    user_agent: session.device.userAgent,
    ip: session.device.ip,
  };
}

/** Rows from before there were devices lack what has a stand-in here. */
function fromItem(item: Record<string, unknown>): Session {
  const createdAt = Number(item.created_at);
  const rotatedAt = item.rotated_at as number | undefined;
  return {
    userId: String(item.user_id),
    sessionId: String(item.session_id),
    refreshHash: String(item.refresh_hash),
    createdAt,
    expiresAt: Number(item.expires_at),
    previousRefreshHash: item.previous_refresh_hash as string | undefined,
    rotatedAt,
    device: { userAgent: item.user_agent as string | undefined, ip: item.ip as string | undefined },
    lastUsedAt: Number(item.last_used_at ?? rotatedAt ?? createdAt),
    authenticatedAt: Number(item.authenticated_at ?? createdAt),
  };
}
