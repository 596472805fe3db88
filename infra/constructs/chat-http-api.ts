import { HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { httpRoutes } from '../../functions/routes.ts';
import { accessLog, httpLogFields } from './access-log.ts';
import type { ConfabFunction } from './confab-function.ts';

type HttpFunctionPath = (typeof httpRoutes)[number]['function'];
export type HttpFunctionMap = { readonly [P in HttpFunctionPath]: ConfabFunction<P> };

/**
 * The HTTP API and its $default stage. No authorizer: session routes authenticate inside the function, where the live
 * session is read anyway. No CORS: the page comes from the same origin.
 */
export class ChatHttpApi extends Construct {
  readonly api: HttpApi;
  /** https://…, without a slash at the end; also the issuer of access tokens. */
  readonly url: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `${Stack.of(this).stackName}-http`,
      createDefaultStage: false,
    });
    this.url = this.api.apiEndpoint;
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      // Of the 10,000 requests a second that an account has in a region for all its APIs; the sockets have 5,000.
      throttle: { rateLimit: 2000, burstLimit: 2000 },
      // Metrics per route are paid per metric; the access log has the same numbers.
      detailedMetricsEnabled: false,
      accessLogSettings: accessLog(this, 'AccessLog', httpLogFields),
    });
  }

  /** Adds every route of the manifest. Payload format 2.0, one permission a function. */
  serve(functions: HttpFunctionMap): void {
    const integrations = new Map<HttpFunctionPath, HttpLambdaIntegration>();
    for (const { route, function: path } of httpRoutes) {
      const integration =
        integrations.get(path) ??
        new HttpLambdaIntegration(path.replace('/', '-'), functions[path], { scopePermissionToRoute: false });
      integrations.set(path, integration);
      const [method, resource] = route.split(' ') as [keyof typeof HttpMethod, string];
      this.api.addRoutes({ path: resource, methods: [HttpMethod[method]], integration });
    }
  }
}
