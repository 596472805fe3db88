import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { ConfabFunction } from './confab-function.ts';

/**
 * SMS to any phone number. A number is no resource that a policy could name, so the right is over everything that is no
 * topic and no application endpoint, which is what has an ARN with a sixth part; the function can reach no topic by it.
 * https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html
 */
export function allowTextMessages(grantee: ConfabFunction): void {
  const { partition } = Stack.of(grantee);
  grantee.addToRolePolicy(
    new PolicyStatement({ actions: ['sns:Publish'], notResources: [`arn:${partition}:sns:*:*:*`] }),
  );
}
