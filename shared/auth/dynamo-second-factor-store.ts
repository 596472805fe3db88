import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Backoff } from '../backoff.ts';
import { unlessConditionFails } from '../dynamo-condition.ts';
import { codes, hasCode, type TransactItems, transactWriteWithRetry } from '../dynamo-transaction.ts';
import { limits } from '../limits.ts';
import { factorChallengeKey, secondFactorKey } from './auth-keys.ts';
import type { FactorProof, SecondFactor, SecondFactorStore } from './second-factor-store.ts';

interface Deps {
  readonly client: DynamoDBDocumentClient;
  readonly authTable: string;
  readonly backoff: Backoff;
}

/**
 * The factor's own row never has an `expires_at`, not even while it is pending: DynamoDB would remove the row of that
 * name by itself, and an account would stand without its second factor.
 */
export function dynamoSecondFactorStore({ client, authTable, backoff }: Deps): SecondFactorStore {
  const read = async (Key: Record<string, string>) =>
    (await client.send(new GetCommand({ TableName: authTable, Key, ConsistentRead: true }))).Item;
  const update = (input: Omit<UpdateCommandInput, 'TableName'>) =>
    unlessConditionFails(client.send(new UpdateCommand({ TableName: authTable, ...input })));

  return {
    async get(userId) {
      const item = await read(secondFactorKey(userId));
      return item && fromItem(item);
    },

    async putPending(userId, { sealedSecret, createdAt }) {
      const item = { status: 'pending', secret: sealedSecret, created_at: createdAt };
      const put = new PutCommand({
        TableName: authTable,
        Item: { ...secondFactorKey(userId), ...item },
        ConditionExpression: 'attribute_not_exists(pk) OR #status = :pending',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':pending': 'pending' },
      });
      return await unlessConditionFails(client.send(put));
    },

    async activate(userId, sealedSecret, { enabledAt, lastStep, recovery }) {
      return await update({
        Key: secondFactorKey(userId),
        UpdateExpression:
          'SET #status = :active, enabled_at = :enabled_at, last_step = :step, recovery = :recovery',
        ConditionExpression: '#status = :pending AND secret = :sealed',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':active': 'active',
          ':pending': 'pending',
          ':sealed': sealedSecret,
          ':enabled_at': enabledAt,
          ':step': lastStep,
          ':recovery': new Set(recovery),
        },
      });
    },

    async replaceRecovery(userId, recovery) {
      return await update({
        Key: secondFactorKey(userId),
        UpdateExpression: 'SET recovery = :recovery',
        ConditionExpression: '#status = :active',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':active': 'active', ':recovery': new Set(recovery) },
      });
    },

    async remove(userId) {
      const Key = secondFactorKey(userId);
      const remove = new DeleteCommand({ TableName: authTable, Key, ReturnValues: 'ALL_OLD' });
      const { Attributes: item } = await client.send(remove);
      return item && fromItem(item).status;
    },

    async putChallenge(challengeHash, { userId, passwordHash, expiresAt }) {
      const item = { user_id: userId, password_hash: passwordHash, tries: 0, expires_at: expiresAt };
      const Item = { ...factorChallengeKey(challengeHash), ...item };
      await client.send(new PutCommand({ TableName: authTable, Item }));
    },

    async getChallenge(challengeHash) {
      const item = await read(factorChallengeKey(challengeHash));
      return item && { userId: String(item.user_id), passwordHash: item.password_hash as string | undefined };
    },

    async takeTry(challengeHash, nowSeconds) {
      // Expired rows stay until DynamoDB's TTL comes round to them, so that the time is part of the condition.
      return await update({
        Key: factorChallengeKey(challengeHash),
        UpdateExpression: 'ADD tries :one',
        ConditionExpression: 'tries < :max AND expires_at > :now',
        ExpressionAttributeValues: { ':one': 1, ':max': limits.codeTriesMax, ':now': nowSeconds },
      });
    },

    async spend(challengeHash, userId, proof) {
      const items = spending(authTable, { challengeHash, userId, proof });
      const reasons = await transactWriteWithRetry(client, items, backoff);
      if (!reasons) return true;
      if (hasCode(reasons, 'ConditionalCheckFailed')) return false;
      throw new Error(`a second factor could not be used: ${codes(reasons)}`);
    },
  };
}

function spending(
  TableName: string,
  { challengeHash, userId, proof }: { challengeHash: string; userId: string; proof: FactorProof },
): TransactItems {
  return [
    { Update: { TableName, Key: secondFactorKey(userId), ...usingUp(proof) } },
    {
      Delete: {
        TableName,
        Key: factorChallengeKey(challengeHash),
        ConditionExpression: 'user_id = :user',
        ExpressionAttributeValues: { ':user': userId },
      },
    },
  ];
}

function usingUp(proof: FactorProof) {
  const names = { ExpressionAttributeNames: { '#status': 'status' } };
  if (proof.kind === 'recovery')
    return {
      ...names,
      UpdateExpression: 'DELETE recovery :used',
      ConditionExpression: '#status = :active AND contains(recovery, :hash)',
      ExpressionAttributeValues: {
        ':active': 'active',
        ':hash': proof.hash,
        ':used': new Set([proof.hash]),
      },
    };
  return {
    ...names,
    UpdateExpression: 'SET last_step = :step, secret = :kept',
    ConditionExpression: '#status = :active AND secret = :sealed AND last_step < :step',
    ExpressionAttributeValues: {
      ':active': 'active',
      ':step': proof.step,
      ':sealed': proof.sealedSecret,
      ':kept': proof.renewedSecret ?? proof.sealedSecret,
    },
  };
}

/** With its last member a set of DynamoDB is gone. */
function fromItem(item: Record<string, unknown>): SecondFactor {
  const kept = { sealedSecret: String(item.secret), createdAt: Number(item.created_at) };
  if (item.status !== 'active') return { status: 'pending', ...kept };
  return {
    status: 'active',
    ...kept,
    enabledAt: Number(item.enabled_at),
    lastStep: Number(item.last_step),
    recovery: new Set(item.recovery as ReadonlySet<string> | undefined),
  };
}
