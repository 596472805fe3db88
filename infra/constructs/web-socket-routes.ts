import {
  CfnStage,
  type IWebSocketApi,
  type IWebSocketRouteAuthorizer,
  WebSocketApi,
  WebSocketRoute,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { webSocketRoutes } from '../../functions/routes.ts';
import { accessLog, webSocketLogFields } from './access-log.ts';
import type { ChatWebSocket } from './chat-web-socket.ts';
import type { ConfabFunction } from './confab-function.ts';
import { GatewayLogRole } from './gateway-log-role.ts';

type WebSocketFunctionPath = (typeof webSocketRoutes)[number]['function'];
export type WebSocketFunctionMap = { readonly [P in WebSocketFunctionPath]: ConfabFunction<P> };

export interface WebSocketRoutesProps {
  readonly webSocket: ChatWebSocket;
  readonly functions: WebSocketFunctionMap;
  /** Guards $connect; undefined where the cloud cannot run one and ws/connect checks the ticket. */
  readonly authorizer: IWebSocketRouteAuthorizer | undefined;
  readonly accessLogging: boolean;
}

/** `message.send` → `MessageSendRoute` */
function constructId(routeKey: string): string {
  return `${routeKey.replace(/(?:^\$?|[._-])(\w)/g, (_, letter: string) => letter.toUpperCase())}Route`;
}

/**
 * Every route of the manifest, and then the stage, so that its first deployment finds them all. Functions answer by
 * PostToConnection and not by route responses: an answer may be too large for one frame, or be for others too.
 */
export class WebSocketRoutes extends Construct {
  constructor(scope: Construct, id: string, props: WebSocketRoutesProps) {
    super(scope, id);
    const { webSocket, functions, authorizer } = props;
    // By id, so that integrations and authorizer become part of this stack and not of the API's.
    const api = WebSocketApi.fromWebSocketApiAttributes(this, 'Api', { webSocketId: webSocket.api.apiId });
    const routes = webSocketRoutes.map(({ routeKey, function: path }) => {
      return new WebSocketRoute(this, constructId(routeKey), {
        webSocketApi: api,
        routeKey,
        integration: new WebSocketLambdaIntegration('Integration', functions[path]),
        ...(routeKey === '$connect' && authorizer ? { authorizer } : {}),
      });
    });
    this.#stage(props, api).node.addDependency(...routes);
  }

  #stage({ webSocket, accessLogging }: WebSocketRoutesProps, webSocketApi: IWebSocketApi) {
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi,
      stageName: webSocket.stageName,
      autoDeploy: true,
      // Of the 10,000 requests a second that an account has in a region for all its APIs; HTTP has 2,000.
      throttle: { rateLimit: 5000, burstLimit: 5000 },
      // Metrics per route are paid per metric; the access log has the same numbers.
      detailedMetricsEnabled: false,
      ...(accessLogging ? { accessLogSettings: accessLog(this, 'AccessLog', webSocketLogFields) } : {}),
    });
    // Execution logs would hold whole requests: the ticket of every connect, the text of every message.
    if (stage.node.defaultChild instanceof CfnStage) {
      stage.node.defaultChild.addPropertyOverride('DefaultRouteSettings.LoggingLevel', 'OFF');
      stage.node.defaultChild.addPropertyOverride('DefaultRouteSettings.DataTraceEnabled', false);
    }
    if (accessLogging) stage.node.addDependency(new GatewayLogRole(this, 'GatewayLogRole'));
    return stage;
  }
}
