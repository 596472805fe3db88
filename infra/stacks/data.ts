import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { DomainTable } from '../constructs/domain-table.ts';
import { SigningSecret } from '../constructs/signing-secret.ts';
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
  readonly signingSecret: SigningSecret;
  readonly attachments: Bucket;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    const deletionProtection = props.settings.production;
    super(scope, id, { ...props, terminationProtection: deletionProtection });

    this.auth = new DomainTable(this, 'AuthTable', { deletionProtection, stream: false, expires: true });
    this.users = new DomainTable(this, 'UsersTable', { deletionProtection, stream: true });
    this.conversations = new DomainTable(this, 'ConversationsTable', { deletionProtection, stream: true });
    this.messages = new DomainTable(this, 'MessagesTable', { deletionProtection, stream: true });
    this.connections = new DomainTable(this, 'ConnectionsTable', {
      deletionProtection,
      stream: true,
      expires: true,
    });
    this.signingSecret = new SigningSecret(this, 'SigningSecret');
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
