import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ConfabFunction } from './confab-function.ts';

/** A transaction needs the actions of its items, no more. */
export type ItemAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'Scan'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem';

/** Whoever pushes learns which connections are gone, and takes them off their owner's list. */
export const forgetConnection = ['UpdateItem', 'DeleteItem'] as const satisfies readonly ItemAction[];

export interface DomainTableProps {
  readonly deletionProtection: boolean;
  /** NEW_AND_OLD_IMAGES for whoever reacts to changes; off where a stream would carry credentials to consumers. */
  readonly stream: boolean;
  /** Items disappear some time after their `expires_at`, seconds since the epoch. */
  readonly expires?: boolean;
}

/**
 * The table of one domain: `pk` and `sk`, paid per request, recoverable to any second of the last 35 days, kept when
 * its stack goes. Encrypted under the account's AWS managed key: free to keep, and its use shows in CloudTrail.
 */
export class DomainTable extends Table {
  constructor(scope: Construct, id: string, props: DomainTableProps) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(props.stream ? { stream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
      ...(props.expires ? { timeToLiveAttribute: 'expires_at' } : {}),
    });
  }

  /** Lets a function do these things to the items of this table. */
  allow(grantee: ConfabFunction, ...actions: readonly ItemAction[]): void {
    grantee.addToRolePolicy(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [this.tableArn],
      }),
    );
  }
}
