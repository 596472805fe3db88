/** What lets somebody in is used up in the transaction that does; shapes in conversation-keys.ts. */
import type { Entrance } from '../conversations/conversation-changes.ts';
import { inviteKey, inviteLinkKey, receivedInviteKey } from '../conversations/conversation-keys.ts';
import type { TransactItems } from '../dynamo-transaction.ts';

/** The first of them fails (`ConditionalCheckFailed`) when the entrance is there no more, or not as it was read. */
export function entranceActions(table: string, entrance: Entrance, convoId: string): TransactItems {
  if (entrance.kind === 'link') return [countUse(table, entrance, convoId)];
  const { userId, role } = entrance;
  return [
    {
      Delete: {
        TableName: table,
        Key: inviteKey(convoId, userId),
        ConditionExpression:
          'attribute_exists(pk) AND attribute_not_exists(declined_until) AND #role = :role',
        ExpressionAttributeNames: { '#role': 'role' },
        ExpressionAttributeValues: { ':role': role },
      },
    },
    { Delete: { TableName: table, Key: receivedInviteKey(userId, convoId) } },
  ];
}

function countUse(
  table: string,
  { linkId, nowSeconds }: Extract<Entrance, { kind: 'link' }>,
  convoId: string,
): TransactItems[number] {
  return {
    Update: {
      TableName: table,
      Key: inviteLinkKey(convoId, linkId),
      UpdateExpression: 'SET uses = uses + :one',
      ConditionExpression:
        'attribute_exists(pk) AND expires_at > :now AND (attribute_not_exists(max_uses) OR uses < max_uses)',
      ExpressionAttributeValues: { ':one': 1, ':now': nowSeconds },
    },
  };
}

/** Whoever comes in another way, or is banned, has no invitation any more. Harmless where there is none. */
export function closedInvite(table: string, convoId: string, userId: string): TransactItems {
  return [inviteKey(convoId, userId), receivedInviteKey(userId, convoId)].map((key) => ({
    Delete: { TableName: table, Key: key },
  }));
}
