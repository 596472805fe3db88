import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { DomainTable } from '../constructs/domain-table.ts';
import { GeneratedSecret } from '../constructs/generated-secret.ts';
import type { Settings } from '../settings.ts';

export interface DataStackProps extends StackProps {
  readonly settings: Settings;
}

/**
 * What must never be lost, whatever happens to the rest. A table per domain, because a DynamoDB stream serves two
 * readers per shard. No indexes: an index is read with a delay (docs/adr/0004-memberships-without-an-index.md).
 */
export class DataStack extends Stack {
  /** Credentials, sessions, tickets, rate limits. No stream: no consumer may ever see them. */
  readonly auth: DomainTable;
  readonly users: DomainTable;
  readonly conversations: DomainTable;
  readonly messages: DomainTable;
  readonly connections: DomainTable;
  /** What people report. No stream: nobody reacts to it. */
  readonly moderation: DomainTable;
  /** functions/http/auth derives the keys from it that sign tokens. */
  readonly signingSecret: GeneratedSecret;
  /** Seals second factors; a secret of its own, so that the signing secret can be replaced without losing them. */
  readonly factorSecret: GeneratedSecret;
  /** CloudFront shows it to the functions, which then believe what CloudFront says of a caller. */
  readonly edgeSecret: GeneratedSecret;
  readonly attachments: Bucket;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    const deletionProtection = props.settings.production;
    super(scope, id, { ...props, terminationProtection: deletionProtection });

    this.auth = new DomainTable(this, 'AuthTable', { deletionProtection, stream: false, expires: true });
    // Only notices expire.
    this.users = new DomainTable(this, 'UsersTable', { deletionProtection, stream: true, expires: true });
    this.conversations = new DomainTable(this, 'ConversationsTable', { deletionProtection, stream: true });
    this.messages = new DomainTable(this, 'MessagesTable', { deletionProtection, stream: true });
    this.connections = new DomainTable(this, 'ConnectionsTable', {
      deletionProtection,
      stream: true,
      expires: true,
    });
    this.moderation = new DomainTable(this, 'ModerationTable', { deletionProtection, stream: false });
    this.signingSecret = new GeneratedSecret(this, 'SigningSecret', {
      description: 'the seed of the token signing keys',
    });
    this.factorSecret = new GeneratedSecret(this, 'FactorSecret', {
      description: 'the seed of the key that seals second factors',
    });
    this.edgeSecret = new GeneratedSecret(this, 'EdgeSecret', {
      description: 'the proof that a request came through CloudFront',
    });
    this.attachments = new Bucket(this, 'Attachments', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        // Long enough to notice and undo an overwrite or a deletion.
        { noncurrentVersionExpiration: Duration.days(30) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
