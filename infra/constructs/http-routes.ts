import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpApi,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { httpRoutes } from '../../functions/routes.ts';
import { accessLog, httpLogFields } from './access-log.ts';
import type { ChatHttpApi } from './chat-http-api.ts';
import type { ConfabFunction } from './confab-function.ts';

type HttpFunctionPath = (typeof httpRoutes)[number]['function'];
export type HttpFunctionMap = { readonly [P in HttpFunctionPath]: ConfabFunction<P> };

export interface HttpRoutesProps {
  readonly httpApi: ChatHttpApi;
  readonly functions: HttpFunctionMap;
}

/**
 * Every route of the manifest, and the $default stage. No authorizer: session routes authenticate inside the function,
 * where the live session is read anyway. Payload format 2.0, one permission a function.
 */
export class HttpRoutes extends Construct {
  constructor(scope: Construct, id: string, { httpApi: { api }, functions }: HttpRoutesProps) {
    super(scope, id);
    // By id, so that integrations and permissions become part of this stack and not of the API's.
    const httpApi = HttpApi.fromHttpApiAttributes(this, 'Api', { httpApiId: api.apiId });
    const integrations = new Map<HttpFunctionPath, HttpLambdaIntegration>();
    for (const { route, function: path } of httpRoutes) {
      const integration =
        integrations.get(path) ??
        new HttpLambdaIntegration(path.replace('/', '-'), functions[path], { scopePermissionToRoute: false });
      integrations.set(path, integration);
      const [method, resource] = route.split(' ') as [keyof typeof HttpMethod, string];
      const routeKey = HttpRouteKey.with(resource, HttpMethod[method]);
      new HttpRoute(this, route, { httpApi, routeKey, integration });
    }
    this.#stage(httpApi);
  }

  #stage(httpApi: IHttpApi): void {
    new HttpStage(this, 'Stage', {
      httpApi,
      stageName: '$default',
      autoDeploy: true,
      // Of the 10,000 requests a second that an account has in a region for all its APIs; the sockets have 5,000.
      throttle: { rateLimit: 2000, burstLimit: 2000 },
      // Metrics per route are paid per metric; the access log has the same numbers.
      detailedMetricsEnabled: false,
      accessLogSettings: accessLog(this, 'AccessLog', httpLogFields),
    });
  }
}
