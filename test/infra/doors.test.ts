import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { httpRoutes, webSocketAuthorizer, webSocketRoutes } from '../../functions/routes.ts';
import { type Cloud, type Resource, synthesizeCloud } from './cloud.ts';

interface RouteProperties {
  readonly ApiId: unknown;
  readonly RouteKey: string;
  readonly Target: unknown;
  readonly AuthorizationType: string;
  readonly AuthorizerId?: unknown;
}
interface IntegrationProperties {
  readonly IntegrationUri: unknown;
}
interface StageProperties {
  readonly StageName: string;
  readonly AutoDeploy: boolean;
  readonly AccessLogSettings?: { readonly Format: string; readonly DestinationArn: unknown };
  readonly DefaultRouteSettings: {
    readonly ThrottlingRateLimit: number;
    readonly ThrottlingBurstLimit: number;
    readonly DetailedMetricsEnabled: boolean;
  };
}

describe('the two doors', () => {
  let cloud: Cloud;
  let stages: Resource<StageProperties>[];

  beforeAll(() => {
    cloud = synthesizeCloud();
    stages = cloud.resources('AWS::ApiGatewayV2::Stage');
  });

  const routesOf = (api: string) =>
    cloud
      .resources<RouteProperties>('AWS::ApiGatewayV2::Route')
      .filter(({ properties }) => cloud.readable(properties.ApiId) === api);

  /** Route key → the function path behind it. */
  function servedBy(api: string): Record<string, string | undefined> {
    const integrations = cloud.resources<IntegrationProperties>('AWS::ApiGatewayV2::Integration');
    const functions = cloud.resources<{ Description: string }>('AWS::Lambda::Function');
    return Object.fromEntries(
      routesOf(api).map(({ properties: { RouteKey, Target } }) => {
        const integration = integrations.find(
          ({ name }) => `integrations/${name}` === cloud.readable(Target),
        );
        const uri = cloud.readable(integration?.properties.IntegrationUri);
        const target = functions.find(
          ({ name }) => uri === name || uri.endsWith(`/functions/${name}/invocations`),
        );
        return [RouteKey, target?.properties.Description.replace('Confab ', '')];
      }),
    );
  }

  it('serves every HTTP route of the manifest by the function that it names, and no other', () => {
    expect(servedBy('HttpApi')).toEqual(Object.fromEntries(httpRoutes.map((r) => [r.route, r.function])));
  });

  it('serves every WebSocket route of the manifest by the function that it names, and no other', () => {
    expect(servedBy('WebSocketApi')).toEqual(
      Object.fromEntries(webSocketRoutes.map((r) => [r.routeKey, r.function])),
    );
  });

  it('selects the route of a frame by its action', () => {
    cloud.template('edge').hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    });
  });

  it('hands functions HTTP payload format 2.0', () => {
    cloud
      .template('api')
      .hasResourceProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  });

  it('guards $connect with the ticket authorizer, and only $connect', () => {
    const guarded = cloud
      .resources<RouteProperties>('AWS::ApiGatewayV2::Route')
      .filter(({ properties }) => properties.AuthorizationType !== 'NONE');
    expect(guarded.map(({ properties }) => properties.RouteKey)).toEqual(['$connect']);
    expect(guarded[0]?.properties.AuthorizationType).toBe('CUSTOM');
    expect(cloud.readable(guarded[0]?.properties.AuthorizerId)).toBe('RoutesApiTicketAuthorizer');
  });

  it('asks for the ticket in the query, refuses without it, and never remembers an answer', () => {
    cloud.template('api').hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      IdentitySource: ['route.request.querystring.ticket'],
      AuthorizerResultTtlInSeconds: Match.absent(),
    });
    expect(webSocketAuthorizer).toBe('ws/authorize-connection');
  });

  it('throttles both stages', () => {
    expect(stages.map(({ properties }) => properties.StageName).sort()).toEqual(['$default', 'v1']);
    for (const { properties } of stages) {
      expect(properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
      expect(properties.DefaultRouteSettings.ThrottlingBurstLimit).toBeGreaterThan(0);
    }
  });

  it('deploys the sockets when all routes are there', () => {
    const stage = stages.find(({ properties }) => properties.StageName === 'v1');
    const routes = routesOf('WebSocketApi').map(({ name }) => name);
    expect(routes).toHaveLength(webSocketRoutes.length);
    expect(stage?.dependsOn).toEqual(expect.arrayContaining(routes));
  });

  it('writes a line of JSON for each request, to a log group that forgets', () => {
    const logGroups = cloud.resources<{ RetentionInDays?: number }>('AWS::Logs::LogGroup');
    for (const { properties } of stages) {
      const destination = cloud.readable(properties.AccessLogSettings?.DestinationArn);
      expect(logGroups.find(({ name }) => name === destination)?.properties.RetentionInDays).toBe(30);
      expect(JSON.parse(properties.AccessLogSettings?.Format ?? '')).toMatchObject({
        requestId: '$context.requestId',
      });
    }
  });

  it('logs no query string, no path, no header and no ticket', () => {
    for (const { properties } of stages) {
      expect(properties.AccessLogSettings?.Format).not.toMatch(
        /query|context\.path|ticket|header|token|authorization\b/i,
      );
    }
  });

  it('turns off execution logs, which hold whole requests', () => {
    cloud.template('api').hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: 'v1',
      DefaultRouteSettings: { LoggingLevel: 'OFF', DataTraceEnabled: false },
    });
  });

  it('lets API Gateway call each function for this API only', () => {
    const permissions = cloud.resources<{ SourceArn?: unknown; Principal: string }>(
      'AWS::Lambda::Permission',
    );
    // The schedule of the sweep has one of its own: test/infra/scheduled.test.ts.
    const ofGateway = permissions.filter(({ properties }) => properties.Principal !== 'events.amazonaws.com');
    expect(ofGateway.length).toBeGreaterThanOrEqual(webSocketRoutes.length + 1);
    for (const { properties } of ofGateway) {
      expect(properties.Principal).toBe('apigateway.amazonaws.com');
      expect(cloud.readable(properties.SourceArn)).toMatch(/:(HttpApi|WebSocketApi)\//);
    }
  });

  it('prints where the doors are', () => {
    const template = cloud.template('api');
    template.hasOutput('HttpApiUrl', {});
    template.hasOutput('WebSocketUrl', {});
  });

  it('names the socket address to functions as endpoint and stage, unless the context names another', () => {
    const urls = (of: Cloud) =>
      new Set(
        of
          .resources<{ Environment: { Variables: Record<string, unknown> } }>('AWS::Lambda::Function')
          .map(({ properties }) => properties.Environment.Variables.WEBSOCKET_URL)
          .filter((url) => url !== undefined)
          .map((url) => of.readable(url)),
      );
    expect(urls(cloud)).toEqual(new Set(['WebSocketApi.ApiEndpoint/v1']));
    const elsewhere = synthesizeCloud({ context: { webSocketUrl: 'ws://127.0.0.1:3000/v1' } });
    expect(urls(elsewhere)).toEqual(new Set(['ws://127.0.0.1:3000/v1']));
  });

  const variables = (of: Cloud, path: string) =>
    of
      .resources<{ Description: string; Environment: { Variables: Record<string, unknown> } }>(
        'AWS::Lambda::Function',
      )
      .find(({ properties }) => properties.Description === `Confab ${path}`)?.properties.Environment
      .Variables;
  const originsOf = (of: Cloud, path: string) => of.readable(variables(of, path)?.ALLOWED_ORIGINS).split(',');

  it.each(['ws/authorize-connection', 'ws/connect'])(
    'tells %s whose pages may open a socket (ASVS 4.4.2): the site and whatever the API itself serves',
    (path) => {
      expect(originsOf(cloud, path)).toEqual(['https://SiteDistribution.DomainName', 'HttpApi.ApiEndpoint']);
    },
  );

  it('adds the origins that the context names, a custom domain first, each once', () => {
    const more = synthesizeCloud({
      context: {
        webUrl: 'https://chat.example.com',
        allowedOrigins: 'http://localhost:5173, https://chat.example.com',
      },
    });
    expect(originsOf(more, 'ws/connect')).toEqual([
      'https://chat.example.com',
      'https://SiteDistribution.DomainName',
      'HttpApi.ApiEndpoint',
      'http://localhost:5173',
    ]);
  });

  it('never allows every origin, or one that is empty', () => {
    for (const path of ['ws/authorize-connection', 'ws/connect']) {
      for (const origin of originsOf(cloud, path)) expect(origin).not.toMatch(/^$|\*|null/);
    }
  });

  it('limits the connections of a person to what the context says', () => {
    expect(variables(cloud, 'ws/connect')?.CONNECTIONS_PER_USER_MAX).toBe('20');
    const few = synthesizeCloud({ context: { connectionsPerUser: '3' } });
    expect(variables(few, 'ws/connect')?.CONNECTIONS_PER_USER_MAX).toBe('3');
  });

  it('serves nothing but what the design lists: no debug routes', () => {
    const areas = new Set<string | undefined>(httpRoutes.map(({ route }) => route.split('/')[1]));
    expect(areas).toEqual(
      new Set([
        '.well-known',
        'admin',
        'auth',
        'bots',
        'conversations',
        'health',
        'invite-links',
        'me',
        'notices',
        'reports',
        'rooms',
        'users',
      ]),
    );
  });
});
