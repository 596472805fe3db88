import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Cloud, synthesizeCloud } from './cloud.ts';

interface TableProperties {
  readonly BillingMode: string;
  readonly DeletionProtectionEnabled: boolean;
  readonly KeySchema: unknown;
  readonly PointInTimeRecoverySpecification: { readonly PointInTimeRecoveryEnabled: boolean };
  readonly SSESpecification: { readonly SSEEnabled: boolean };
  readonly StreamSpecification?: { readonly StreamViewType: string };
  readonly TimeToLiveSpecification?: { readonly AttributeName: string; readonly Enabled: boolean };
}

describe('the data stack', () => {
  let cloud: Cloud;
  let production: Cloud;
  const tables = () => cloud.resources<TableProperties>('AWS::DynamoDB::Table');
  const byTable = <T>(look: (table: TableProperties) => T) =>
    Object.fromEntries(tables().map(({ name, properties }) => [name, look(properties)]));

  beforeAll(() => {
    cloud = synthesizeCloud();
    production = synthesizeCloud({ context: { production: true, stage: 'prod' } });
  });

  it('has a table per domain, each with pk and sk, paid per request', () => {
    const plain = {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    };
    expect(byTable(({ BillingMode, KeySchema }) => ({ BillingMode, KeySchema }))).toEqual({
      AuthTable: plain,
      UsersTable: plain,
      ConversationsTable: plain,
      MessagesTable: plain,
      ConnectionsTable: plain,
      ModerationTable: plain,
    });
  });

  it('keeps everything that it holds when the stack is deleted or a resource is replaced', () => {
    const holders = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'].flatMap(
      (type) => cloud.resources(type),
    );
    expect(holders.length).toBeGreaterThanOrEqual(9);
    for (const { name, deletionPolicy, updateReplacePolicy } of holders) {
      expect({ name, deletionPolicy, updateReplacePolicy }).toEqual({
        name,
        deletionPolicy: 'Retain',
        updateReplacePolicy: 'Retain',
      });
    }
  });

  it('can restore every table to a point in time', () => {
    for (const { properties } of tables()) {
      expect(properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
    }
  });

  it('encrypts every table', () => {
    for (const { properties } of tables()) expect(properties.SSESpecification).toEqual({ SSEEnabled: true });
  });

  it('protects the tables from deletion in production only', () => {
    const isProtected = (of: Cloud) =>
      of
        .resources<TableProperties>('AWS::DynamoDB::Table')
        .map((t) => t.properties.DeletionProtectionEnabled);
    expect(new Set(isProtected(production))).toEqual(new Set([true]));
    expect(new Set(isProtected(cloud))).toEqual(new Set([false]));
  });

  it('lets the items of credentials, connections and notices expire, and no others', () => {
    const expires = { AttributeName: 'expires_at', Enabled: true };
    expect(byTable((table) => table.TimeToLiveSpecification)).toEqual({
      AuthTable: expires,
      UsersTable: expires,
      ConversationsTable: undefined,
      MessagesTable: undefined,
      ConnectionsTable: expires,
      ModerationTable: undefined,
    });
  });

  it('streams the changes of every table but those with the credentials and the reports', () => {
    const stream = { StreamViewType: 'NEW_AND_OLD_IMAGES' };
    expect(byTable((table) => table.StreamSpecification)).toEqual({
      AuthTable: undefined,
      UsersTable: stream,
      ConversationsTable: stream,
      MessagesTable: stream,
      ConnectionsTable: stream,
      ModerationTable: undefined,
    });
  });

  it('closes the attachments to the public', () => {
    cloud.template('data').hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  it('serves attachments over TLS only', () => {
    cloud.template('data').hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 's3:*',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  it('encrypts attachments, keeps their old versions for a while and drops unfinished uploads', () => {
    cloud.template('data').hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: Match.anyValue(),
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }),
        ]),
      },
    });
  });

  it('has its secrets generated, of 64 letters and digits, never written down', () => {
    const secrets = cloud.resources('AWS::SecretsManager::Secret');
    expect(secrets.map(({ name }) => name).sort()).toEqual(['EdgeSecret', 'FactorSecret', 'SigningSecret']);
    for (const { name, properties } of secrets) {
      expect(properties, name).toEqual({
        Description: expect.stringMatching(/^Confab: /),
        GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true, IncludeSpace: false },
      });
    }
  });

  it('keeps the secret that signed every token in use: its logical id never changes', () => {
    const template = cloud.template('data').findResources('AWS::SecretsManager::Secret');
    expect(Object.keys(template)).toContain('SigningSecretCF7EC744');
  });
});
