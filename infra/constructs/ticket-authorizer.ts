import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { webSocketAuthorizer } from '../../functions/routes.ts';
import type { FunctionCode } from '../function-code.ts';
import type { DataStack } from '../stacks/data.ts';
import { ConfabFunction } from './confab-function.ts';
import type { DeploymentEnvironment } from './function-environment.ts';

export interface TicketAuthorizerProps {
  readonly code: FunctionCode;
  readonly environment: DeploymentEnvironment;
  readonly data: DataStack;
}

/**
 * Takes the one-use ticket out of `?ticket=` before a connection exists. API Gateway refuses a connect without it by
 * itself (401, no invocation). There is no cache to turn off: AuthorizerResultTtlInSeconds is for HTTP APIs only.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-authorizer.html
 */
export function ticketAuthorizer(scope: Construct, props: TicketAuthorizerProps): WebSocketLambdaAuthorizer {
  const { code, environment, data } = props;
  const authorize = new ConfabFunction(scope, webSocketAuthorizer, {
    code,
    environment,
    // As the functions behind the routes: it waits for DynamoDB.
    memoryMb: 512,
    // A client waits in its handshake; after this it had better try again with a fresh ticket.
    timeout: Duration.seconds(5),
  });
  data.auth.allow(authorize, 'GetItem', 'DeleteItem');
  return new WebSocketLambdaAuthorizer('TicketAuthorizer', authorize, {
    identitySource: ['route.request.querystring.ticket'],
  });
}
