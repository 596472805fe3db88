import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ConfabFunction } from './confab-function.ts';

/**
 * 64 random letters and digits (381 bits) that Secrets Manager makes at deployment, so that nobody ever holds them;
 * functions/http/auth derives the token signing key from them. Rotated by putting a new value, not on a schedule:
 * a schedule needs a function that may write the secret, and every token signed before would end with each turn.
 */
export class SigningSecret extends Secret {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: 'Confab: the seed of the token signing key',
      generateSecretString: { passwordLength: 64, excludePunctuation: true, includeSpace: false },
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  allowRead(grantee: ConfabFunction): void {
    grantee.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secretArn] }),
    );
  }
}
