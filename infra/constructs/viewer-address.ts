import {
  type BehaviorOptions,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
} from 'aws-cdk-lib/aws-cloudfront';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { viewerHeader } from '../../functions/lib/viewer-address.ts';

/**
 * Tells the origin who calls, where it would see the edge as the caller. A header of our own, set at every request
 * whatever the viewer sent under that name; `address:port` as in CloudFront's, with 0 for the port, which functions at
 * the edge are not told.
 *
 * CloudFront-Viewer-Address does not do: the policy that adds it forwards `Host` as well, which API Gateway refuses,
 * and under the policy that leaves `Host` out CloudFront neither adds it nor replaces one that the viewer made up.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/example-function-add-true-client-ip-header.html
 * https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginRequestPolicyHeadersConfig.html
 */
export function tellViewerAddress(
  scope: Construct,
  id: string,
): NonNullable<BehaviorOptions['functionAssociations']> {
  const code = `function handler(event) {
  var request = event.request;
  request.headers['${viewerHeader}'] = { value: event.viewer.ip + ':0' };
  return request;
}`;
  const naming = new EdgeFunction(scope, id, {
    // The CDK would make up one from region and path, the same for every stage, and these names are the account's.
    functionName: `${Stack.of(scope).stackName}-viewer`,
    comment: 'Confab: names the caller to the API',
    code: FunctionCode.fromInline(code),
  });
  return [{ function: naming, eventType: FunctionEventType.VIEWER_REQUEST }];
}
