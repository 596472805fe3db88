import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import type { Backoff } from '../backoff.ts';
import { isoTime } from '../clock.ts';
import {
  banKey,
  inviteKey,
  inviteLinkKey,
  inviteLinkPrefix,
  invitePrefix,
  linkTokenKey,
  membershipKey,
  receivedInviteKey,
} from '../conversations/conversation-keys.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { codes, hasCode, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { limits } from '../limits.ts';
import { inviteItems, linkItems, toInvite, toLink, unchangedInvite } from './invite-items.ts';
import type { Invite, Inviter, InviteStore } from './invite-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly conversationsTable: string;
  readonly backoff: Backoff;
}

export function dynamoInviteStore({ client, conversationsTable, backoff }: Deps): InviteStore {
  const table = { TableName: conversationsTable };
  const put = (item: Record<string, unknown>) => ({ Put: { ...table, Item: item } });
  const remove = (key: Record<string, string>) => ({ Delete: { ...table, Key: key } });
  const removeInvite = (invite: Invite) => ({
    Delete: { ...table, Key: inviteKey(invite.convoId, invite.userId), ...unchangedInvite(invite) },
  });

  /** The places of the actions whose condition did not hold; undefined when all was written. */
  const write = async (items: TransactItems): Promise<number[] | undefined> => {
    const reasons = await transactWriteWithRetry(client, items, backoff);
    if (!reasons) return undefined;
    if (!hasCode(reasons, 'ConditionalCheckFailed'))
      throw new Error(`an invitation could not be written: ${codes(reasons)}`);
    return reasons.flatMap(({ code }, index) => (code === 'ConditionalCheckFailed' ? [index] : []));
  };

  const read = async (key: Record<string, string>) => {
    const answer = await client.send(new GetCommand({ ...table, Key: key, ConsistentRead: true }));
    return answer.Item;
  };

  const queryOf = (pk: string, prefix: string) => ({
    ...table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
    ConsistentRead: true,
  });

  const rowsOf = async (convoId: string, prefix: string) => {
    const items: Record<string, unknown>[] = [];
    for await (const page of paginateQuery({ client }, queryOf(`CONV#${convoId}`, prefix)))
      items.push(...(page.Items ?? []));
    return items;
  };

  const isWhatTheyWere = (convoId: string, { userId, role }: Inviter) => ({
    ConditionCheck: {
      ...table,
      Key: membershipKey(userId, convoId),
      ConditionExpression: '#role = :role AND attribute_not_exists(#left)',
      ExpressionAttributeNames: { '#role': 'role', '#left': 'left' },
      ExpressionAttributeValues: { ':role': role },
    },
  });

  return {
    async get(convoId, userId) {
      const item = await read(inviteKey(convoId, userId));
      return item && toInvite(item);
    },

    async put(invite, before, inviter, nowMs) {
      const { convoId, userId } = invite;
      const [kept, received] = inviteItems(invite);
      const failed = await write([
        { Put: { ...table, Item: kept, ...unchangedInvite(before) } },
        put(received),
        isWhatTheyWere(convoId, inviter),
        isOutside(conversationsTable, convoId, userId),
        isNotBanned(conversationsTable, convoId, userId, nowMs),
      ]);
      if (!failed) return 'written';
      return failed.includes(0) ? 'stale' : 'refused';
    },

    async decline(invite, untilSeconds) {
      const { convoId, userId } = invite;
      const condition = unchangedInvite(invite);
      const failed = await write([
        {
          Update: {
            ...table,
            Key: inviteKey(convoId, userId),
            UpdateExpression: 'SET declined_until = :until',
            ...condition,
            ExpressionAttributeValues: { ...condition.ExpressionAttributeValues, ':until': untilSeconds },
          },
        },
        remove(receivedInviteKey(userId, convoId)),
      ]);
      return !failed;
    },

    async withdraw(invite) {
      const received = remove(receivedInviteKey(invite.userId, invite.convoId));
      return !(await write([removeInvite(invite), received]));
    },

    async listOf(convoId) {
      return (await rowsOf(convoId, invitePrefix)).map(toInvite);
    },

    async pendingOf(userId) {
      const query = { ...queryOf(`USER#${userId}`, invitePrefix), Limit: limits.invitesPerPersonShownMax };
      return ((await client.send(new QueryCommand(query))).Items ?? []).map(toInvite);
    },

    async forget(invites) {
      await pMap(
        invites,
        async (invite) => {
          // The other row of a declined one is gone already, and may be that of a later invitation by now.
          if (invite.declinedUntil === undefined)
            await write([removeInvite(invite), remove(receivedInviteKey(invite.userId, invite.convoId))]);
          else await unlessConditionFails(client.send(new DeleteCommand(removeInvite(invite).Delete)));
        },
        { concurrency: 8 },
      );
    },

    async putLink(link, creator) {
      return !(await write([...linkItems(link).map(put), isWhatTheyWere(link.convoId, creator)]));
    },

    async link(tokenHash) {
      const token = await read(linkTokenKey(tokenHash));
      const item = token && (await read(inviteLinkKey(String(token.convo_id), String(token.link_id))));
      return item && toLink(item);
    },

    async links(convoId) {
      return (await rowsOf(convoId, inviteLinkPrefix)).map(toLink);
    },

    async removeLink(convoId, linkId) {
      const item = await read(inviteLinkKey(convoId, linkId));
      if (!item) return;
      await write([remove(inviteLinkKey(convoId, linkId)), remove(linkTokenKey(toLink(item).tokenHash))]);
    },
  };
}

function isOutside(table: string, convoId: string, userId: string): TransactItems[number] {
  return {
    ConditionCheck: {
      TableName: table,
      Key: membershipKey(userId, convoId),
      ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(#left)',
      ExpressionAttributeNames: { '#left': 'left' },
    },
  };
}

function isNotBanned(table: string, convoId: string, userId: string, nowMs: number): TransactItems[number] {
  return {
    ConditionCheck: {
      TableName: table,
      Key: banKey(convoId, userId),
      ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':now': isoTime(nowMs) },
    },
  };
}
