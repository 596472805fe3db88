import { beforeAll, describe, expect, it } from 'vitest';
import { environments } from '../../functions/environments.ts';
import { type Cloud, type Resource, synthesizeCloud } from './cloud.ts';

interface FunctionProperties {
  readonly Description?: string;
  readonly Architectures: readonly string[];
  readonly Runtime: string;
  readonly Handler: string;
  readonly MemorySize?: number;
  readonly Timeout?: number;
  readonly Role: unknown;
  readonly LoggingConfig?: { readonly LogGroup: unknown };
  readonly Environment: { readonly Variables: Record<string, unknown> };
}
interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}
interface PolicyProperties {
  readonly Roles: readonly unknown[];
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

const manage = 'execute-api:ManageConnections';
const readSecret = 'secretsmanager:GetSecretValue';
const consume =
  'sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ReceiveMessage';

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

describe('the functions', () => {
  let cloud: Cloud;
  let functions: ReadonlyMap<string, Resource<FunctionProperties>>;

  beforeAll(() => {
    cloud = synthesizeCloud({ web: true });
    functions = new Map(
      cloud
        .resources<FunctionProperties>('AWS::Lambda::Function')
        .filter(({ properties }) => properties.Description?.startsWith('Confab '))
        .map((f) => [f.properties.Description?.replace('Confab ', '') ?? '', f]),
    );
  });

  /** Resource → actions, sorted, as the function's role may do them; its own log left out. */
  function permissions(path: string): Record<string, string> {
    const role = cloud.readable(functions.get(path)?.properties.Role);
    const allowed: Record<string, string> = {};
    for (const { properties } of cloud.resources<PolicyProperties>('AWS::IAM::Policy')) {
      if (!properties.Roles.some((r) => cloud.readable(r) === role)) continue;
      for (const { Action, Resource, NotResource } of properties.PolicyDocument.Statement) {
        for (const resource of list(Resource ?? NotResource)) {
          const readable = cloud.readable(resource).replace(/^arn:.*:AWS::AccountId:/, '');
          const name = NotResource === undefined ? readable : `all but ${readable}`;
          const actions = list(Action).map((action) => action.replace(/^dynamodb:/, ''));
          if (actions[0]?.startsWith('logs:')) continue;
          allowed[name] = [...(allowed[name]?.split(' ') ?? []), ...actions].sort().join(' ');
        }
      }
    }
    return allowed;
  }

  it('exist, one for each entry of the manifest', () => {
    expect([...functions.keys()].sort()).toEqual(Object.keys(environments).sort());
  });

  it('have exactly the variables that they parse at their start', () => {
    for (const [path, schema] of Object.entries(environments)) {
      const variables = functions.get(path)?.properties.Environment.Variables ?? {};
      expect(Object.keys(variables).sort(), path).toEqual(Object.keys(schema.def.shape).sort());
    }
  });

  it('run on Node 24 for arm64, from one ESM bundle', () => {
    for (const { properties } of functions.values()) {
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
    }
  });

  it('have a role each', () => {
    const roles = [...functions.values()].map(({ properties }) => cloud.readable(properties.Role));
    expect(new Set(roles).size).toBe(functions.size);
  });

  it('have memory and time given, and answer before API Gateway stops waiting', () => {
    for (const [path, { properties }] of functions) {
      expect(properties.MemorySize, path).toBeGreaterThanOrEqual(512);
      expect(properties.Timeout, path).toBeGreaterThan(3);
      if (!path.startsWith('consumers/')) expect(properties.Timeout, path).toBeLessThan(29);
    }
  });

  it('give a frame at most ten seconds', () => {
    for (const [path, { properties }] of functions) {
      if (path.startsWith('ws/')) expect(properties.Timeout, path).toBeLessThanOrEqual(10);
    }
  });

  it('have a log group each, which keeps a month', () => {
    const logGroups = cloud.resources<{ RetentionInDays?: number }>('AWS::Logs::LogGroup');
    const names = [...functions.values()].map(({ properties }) =>
      cloud.readable(properties.LoggingConfig?.LogGroup),
    );
    expect(new Set(names).size).toBe(functions.size);
    for (const name of names) {
      expect(logGroups.find((group) => group.name === name)?.properties.RetentionInDays).toBe(30);
    }
  });

  it('forget as everything in the account does: no log is kept for ever, or longer than a month', () => {
    const logGroups = cloud.resources<{ RetentionInDays?: number }>('AWS::Logs::LogGroup');
    for (const { name, properties } of logGroups) expect(properties.RetentionInDays, name).toBe(30);
    const all = cloud.resources<FunctionProperties>('AWS::Lambda::Function');
    for (const { name, properties } of all) expect(properties.LoggingConfig, name).toBeDefined();
  });

  it('may write to their own log and to no other', () => {
    for (const [path, { properties }] of functions) {
      const logs = cloud
        .resources<PolicyProperties>('AWS::IAM::Policy')
        .filter((policy) =>
          policy.properties.Roles.some((r) => cloud.readable(r) === cloud.readable(properties.Role)),
        )
        .flatMap((policy) => policy.properties.PolicyDocument.Statement)
        .filter(({ Action }) => list(Action).some((action) => action.startsWith('logs:')));
      expect(
        logs.map(({ Resource }) => cloud.readable(Resource)),
        path,
      ).toEqual([cloud.readable(properties.LoggingConfig?.LogGroup)]);
    }
  });

  it('have no managed policy', () => {
    const roles = new Set([...functions.values()].map(({ properties }) => cloud.readable(properties.Role)));
    for (const { name, properties } of cloud.resources<{ ManagedPolicyArns?: unknown }>('AWS::IAM::Role')) {
      if (roles.has(name)) expect(properties.ManagedPolicyArns, name).toBeUndefined();
    }
  });

  it('may do what they need, and nothing else', () => {
    const push = { 'WebSocketApi/v1/POST/@connections/*': manage };
    const end = { 'WebSocketApi/v1/DELETE/@connections/*': manage };
    const authenticate = { AuthTable: 'GetItem UpdateItem' };
    expect(Object.fromEntries([...functions.keys()].map((path) => [path, permissions(path)]))).toEqual({
      'http/auth': {
        AuthTable: 'ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem',
        UsersTable: 'GetItem PutItem UpdateItem',
        AccountEventsQueue: 'sqs:SendMessage',
        SigningSecret: readSecret,
        FactorSecret: readSecret,
        EdgeSecret: readSecret,
      },
      'http/account': {
        AuthTable: 'ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem',
        UsersTable: 'GetItem UpdateItem',
        AccountEventsQueue: 'sqs:SendMessage',
        FactorSecret: readSecret,
        EdgeSecret: readSecret,
      },
      'http/account-data': {
        AuthTable: 'DeleteItem GetItem Query UpdateItem',
        UsersTable: 'GetItem Query',
        ConversationsTable: 'BatchGetItem GetItem Query',
        MessagesTable: 'Query',
        AccountEventsQueue: 'sqs:SendMessage',
      },
      'http/users': {
        ...authenticate,
        UsersTable: 'BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem',
        ConversationsTable: 'BatchGetItem GetItem UpdateItem',
        ConnectionsTable: 'BatchGetItem DeleteItem UpdateItem',
        ...push,
      },
      'http/invites': {
        ...authenticate,
        UsersTable: 'BatchGetItem ConditionCheckItem GetItem Query UpdateItem',
        ConversationsTable: 'BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem',
        MessagesTable: 'GetItem PutItem',
        ModerationTable: 'PutItem',
        ConnectionsTable: 'BatchGetItem DeleteItem UpdateItem',
        WebhookDeliveriesQueue: 'sqs:SendMessage',
        ...push,
      },
      'http/moderation': {
        ...authenticate,
        UsersTable: 'BatchGetItem GetItem',
        ConversationsTable: 'GetItem',
        MessagesTable: 'BatchGetItem',
        ModerationTable: 'BatchGetItem DeleteItem GetItem PutItem Query UpdateItem',
      },
      'http/conversations': {
        ...authenticate,
        UsersTable: 'BatchGetItem GetItem',
        ConversationsTable: 'BatchGetItem GetItem PutItem Query UpdateItem',
        MessagesTable: 'BatchGetItem GetItem Query',
        ConnectionsTable: 'BatchGetItem DeleteItem UpdateItem',
        MessagesQueue: 'sqs:SendMessage',
        ...push,
      },
      'http/memberships': {
        ...authenticate,
        UsersTable: 'BatchGetItem GetItem',
        ConversationsTable: 'BatchGetItem DeleteItem GetItem PutItem Query UpdateItem',
        MessagesTable: 'GetItem PutItem',
        ConnectionsTable: 'BatchGetItem DeleteItem UpdateItem',
        WebhookDeliveriesQueue: 'sqs:SendMessage',
        ...push,
      },
      'http/notices': {
        ...authenticate,
        UsersTable: 'BatchGetItem DeleteItem GetItem PutItem Query UpdateItem',
        ConversationsTable: 'GetItem',
        ConnectionsTable: 'BatchGetItem DeleteItem UpdateItem',
        NoticesQueue: 'sqs:SendMessage',
        ...push,
      },
      'http/bots': {
        AuthTable: 'DeleteItem GetItem PutItem UpdateItem',
        UsersTable: 'BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem UpdateItem',
        AccountEventsQueue: 'sqs:SendMessage',
      },
      'http/webhooks': {
        ...authenticate,
        ConversationsTable: 'DeleteItem GetItem PutItem Query UpdateItem',
        MessagesTable: 'Query',
        WebhookDeliveriesQueue: 'sqs:SendMessage',
        FactorSecret: readSecret,
      },
      'http/health': { AuthTable: 'GetItem' },
      'ws/authorize-connection': { AuthTable: 'DeleteItem GetItem' },
      'ws/connect': {
        AuthTable: 'DeleteItem GetItem',
        ConnectionsTable: 'DeleteItem GetItem PutItem UpdateItem',
        ...push,
        ...end,
      },
      'ws/disconnect': { ConnectionsTable: 'DeleteItem GetItem UpdateItem' },
      'ws/send-message': {
        AuthTable: 'UpdateItem',
        UsersTable: 'BatchGetItem',
        ConversationsTable: 'GetItem',
        MessagesTable: 'BatchGetItem GetItem',
        ConnectionsTable: 'GetItem',
        MessagesQueue: 'sqs:SendMessage',
        ...push,
      },
      'ws/change-message': {
        AuthTable: 'UpdateItem',
        UsersTable: 'BatchGetItem',
        ConversationsTable: 'GetItem',
        ConnectionsTable: 'GetItem',
        MessagesQueue: 'sqs:SendMessage',
        ...push,
      },
      'ws/typing': {
        AuthTable: 'UpdateItem',
        UsersTable: 'GetItem',
        ConversationsTable: 'GetItem Query',
        ConnectionsTable: 'BatchGetItem DeleteItem GetItem UpdateItem',
        ...push,
      },
      'ws/mark-read': {
        AuthTable: 'UpdateItem',
        UsersTable: 'GetItem',
        ConversationsTable: 'GetItem Query UpdateItem',
        MessagesTable: 'BatchGetItem',
        ConnectionsTable: 'BatchGetItem DeleteItem GetItem UpdateItem',
        ...push,
      },
      'ws/sync': {
        AuthTable: 'UpdateItem',
        UsersTable: 'BatchGetItem Query',
        ConversationsTable: 'BatchGetItem GetItem Query',
        MessagesTable: 'BatchGetItem GetItem Query',
        ConnectionsTable: 'DeleteItem GetItem UpdateItem',
        ...push,
      },
      'ws/ping': {
        AuthTable: 'UpdateItem',
        ConnectionsTable: 'DeleteItem GetItem UpdateItem',
        ...push,
      },
      'ws/presence': {
        AuthTable: 'UpdateItem',
        UsersTable: 'BatchGetItem GetItem',
        ConnectionsTable: 'BatchGetItem DeleteItem GetItem PutItem Query UpdateItem',
        ...push,
      },
      'ws/reject-frame': push,
      'consumers/process-messages': {
        ConversationsTable: 'BatchGetItem GetItem PutItem Query UpdateItem',
        MessagesTable: 'BatchGetItem DeleteItem GetItem PutItem',
        ConnectionsTable: 'BatchGetItem DeleteItem UpdateItem',
        MessagesQueue: consume,
        MessagesDeadLetters: 'sqs:SendMessage',
        WebhookDeliveriesQueue: 'sqs:SendMessage',
        ...push,
      },
      'consumers/process-account-events': {
        AuthTable: 'DeleteItem GetItem PutItem Query UpdateItem',
        UsersTable: 'DeleteItem GetItem PutItem Query UpdateItem',
        ConnectionsTable: 'DeleteItem GetItem UpdateItem',
        AccountEventsQueue: `${consume} sqs:SendMessage`,
        PresenceChecksQueue: 'sqs:SendMessage',
        ...push,
        ...end,
        'identity/MailIdentity': 'ses:SendEmail',
        'configuration-set/MailSettings': 'ses:SendEmail',
        'all but arn:AWS::Partition:sns:*:*:*': 'sns:Publish',
      },
      'consumers/check-presence': {
        UsersTable: 'BatchGetItem GetItem',
        ConnectionsTable: 'BatchGetItem DeleteItem GetItem Query UpdateItem',
        PresenceChecksQueue: consume,
        ...push,
      },
      'streams/presence': {
        UsersTable: 'BatchGetItem GetItem',
        ConnectionsTable: 'BatchGetItem DeleteItem GetItem Query UpdateItem',
        'ConnectionsTable.StreamArn': 'DescribeStream GetRecords GetShardIterator ListStreams',
        ConnectionsPresenceStreamDiscarded: 'sqs:SendMessage',
        PresenceChecksQueue: 'sqs:SendMessage',
        ...push,
      },
      'schedules/sweep-connections': {
        ConnectionsTable: 'DeleteItem Query UpdateItem',
        'WebSocketApi/v1/GET/@connections/*': manage,
        ...push,
      },
      'consumers/publish-notices': {
        UsersTable: 'GetItem UpdateItem',
        ConversationsTable: 'Query',
        ConnectionsTable: 'BatchGetItem DeleteItem Scan UpdateItem',
        NoticesQueue: `${consume} sqs:SendMessage`,
        ...push,
      },
      'consumers/deliver-webhooks': {
        ConversationsTable: 'GetItem PutItem UpdateItem',
        WebhookDeliveriesQueue: consume,
        FactorSecret: readSecret,
      },
    });
  });

  /** Policies of roles, not of queues and buckets, which deny `*` to calls without TLS. */
  const allowStatements = () =>
    cloud.resources<PolicyProperties>('AWS::IAM::Policy').flatMap(({ name, properties }) =>
      properties.PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow').map((s) => ({
        name,
        ...s,
      })),
    );

  it('and everything else in the account have no role that may do any action', () => {
    // The upload of the web client is the CDK's own function; its s3:GetObject* and the like name one bucket each.
    const starred = allowStatements().filter(({ Action }) =>
      list(Action).some((action) => /(^|:)\*$/.test(action)),
    );
    expect(starred).toEqual([]);
  });

  it('and everything else in the account have no role over all resources, but where it is explained', () => {
    const explained = new Map([
      // CreateInvalidation by the CDK's upload function, which the CDK does not narrow to the distribution.
      ['CustomCDKBucketDeployment', ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation']],
      // A phone number is no resource: see infra/constructs/text-messages.ts.
      ['ConsumersProcessAccountEvents', ['sns:Publish']],
    ]);
    for (const { name, Action, Resource } of allowStatements()) {
      if (Resource !== undefined && !list(Resource).includes('*')) continue;
      const reason = [...explained].find(([prefix]) => name.startsWith(prefix));
      expect(list(Action), `${name} over *`).toEqual(reason?.[1]);
    }
  });

  it('name no resource by a wildcard but the connections of the stage', () => {
    const own = allowStatements().filter(({ name }) => !name.startsWith('CustomCDKBucketDeployment'));
    const wild = own.flatMap(({ Resource }) =>
      list(Resource).filter((resource) => cloud.readable(resource).includes('*')),
    );
    expect(wild.length).toBeGreaterThan(0);
    for (const resource of wild) expect(cloud.readable(resource)).toMatch(/\/@connections\/\*$/);
  });
});
