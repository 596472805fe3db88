import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { HttpFunctions } from '../constructs/http-functions.ts';
import { HttpRoutes } from '../constructs/http-routes.ts';
import { ticketAuthorizer } from '../constructs/ticket-authorizer.ts';
import { WebSocketFunctions } from '../constructs/web-socket-functions.ts';
import { WebSocketRoutes } from '../constructs/web-socket-routes.ts';
import type { FunctionCode } from '../function-code.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from './data.ts';
import type { EdgeStack } from './edge.ts';
import type { MessagingStack } from './messaging.ts';

export interface ApiStackProps extends StackProps {
  readonly settings: Settings;
  readonly data: DataStack;
  readonly edge: EdgeStack;
  readonly messaging: MessagingStack;
  readonly code: FunctionCode;
}

/** What is behind the two doors: HTTP routes and WebSocket routes, as functions/routes.ts lists them. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { settings, data, edge, messaging, code } = props;
    const { messages, accountEvents, variables: environment } = messaging;
    const { webSocket, httpApi } = edge;
    const onAws = settings.emulator === undefined;

    const http = new HttpFunctions(this, 'Requests', {
      code,
      environment,
      data,
      webSocket,
      accountEvents,
      messages,
      noticeQueue: messaging.notices,
      webhookDeliveries: messaging.webhookDeliveries,
    });
    new HttpRoutes(this, 'HttpRoutes', { httpApi, functions: http.byPath });

    const frames = new WebSocketFunctions(this, 'Frames', { code, environment, data, webSocket, messages });
    new WebSocketRoutes(this, 'Routes', {
      webSocket,
      functions: frames.byPath,
      // MiniStack runs no Lambda authorizer on $connect: there ws/connect finds no authorizer context and checks the
      // ticket itself.
      authorizer: onAws ? ticketAuthorizer(this, { code, environment, data }) : undefined,
      // Needs the account-wide AWS::ApiGateway::Account, which an emulator has no use for.
      accessLogging: onAws,
    });

    new CfnOutput(this, 'HttpApiUrl', { value: httpApi.url });
    new CfnOutput(this, 'WebSocketUrl', { value: webSocket.url });
  }
}
