import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ConfabFunction } from './confab-function.ts';

/**
 * 64 random letters and digits (381 bits) that Secrets Manager makes at deployment, so that nobody ever holds them.
 * Rotated by putting a new value, not on a schedule: a schedule needs a function that may write the secret. Kept when
 * its stack goes.
 */
export class GeneratedSecret extends Secret {
  constructor(scope: Construct, id: string, { description }: { readonly description: string }) {
    super(scope, id, {
      description: `Confab: ${description}`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true, includeSpace: false },
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Any version of the value: the one before the last, too, while things that were made with it are still good. */
  allowRead(grantee: ConfabFunction): void {
    grantee.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secretArn] }),
    );
  }
}
