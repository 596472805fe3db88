import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ChatHttpApi } from '../constructs/chat-http-api.ts';
import { HttpFunctions } from '../constructs/http-functions.ts';
import { ticketAuthorizer } from '../constructs/ticket-authorizer.ts';
import { WebSocketFunctions } from '../constructs/web-socket-functions.ts';
import { WebSocketRoutes } from '../constructs/web-socket-routes.ts';
import type { FunctionCode } from '../function-code.ts';
import type { Settings } from '../settings.ts';
import type { DataStack } from './data.ts';
import type { MessagingStack } from './messaging.ts';

export interface ApiStackProps extends StackProps {
  readonly settings: Settings;
  readonly data: DataStack;
  readonly messaging: MessagingStack;
  readonly code: FunctionCode;
}

/** The two doors: HTTP routes and WebSocket routes, as functions/routes.ts lists them. */
export class ApiStack extends Stack {
  readonly httpApi: ChatHttpApi;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { settings, data, code } = props;
    const { webSocket, messages } = props.messaging;
    const onAws = settings.emulator === undefined;

    this.httpApi = new ChatHttpApi(this, 'HttpApi');
    const http = new HttpFunctions(this, 'Requests', {
      code,
      data,
      webSocket,
      tokenIssuer: this.httpApi.url,
    });
    this.httpApi.serve(http.byPath);

    const frames = new WebSocketFunctions(this, 'Frames', { code, data, webSocket, messages });
    new WebSocketRoutes(this, 'Routes', {
      webSocket,
      functions: frames.byPath,
      // MiniStack runs no Lambda authorizer on $connect: there ws/connect finds no authorizer context and checks the
      // ticket itself.
      authorizer: onAws ? ticketAuthorizer(this, { code, data }) : undefined,
      // Needs the account-wide AWS::ApiGateway::Account, which an emulator has no use for.
      accessLogging: onAws,
    });

    new CfnOutput(this, 'HttpApiUrl', { value: this.httpApi.url });
    new CfnOutput(this, 'WebSocketUrl', { value: webSocket.url });
  }
}
