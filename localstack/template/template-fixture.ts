// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
import { parseTemplate, type Stack } from './assembly.ts';
import type { Place } from './cloud-plan.ts';

export const place: Place = {
  region: 'us-east-1',
  accountId: '000000000000',
  httpUrl: 'http://127.0.0.1:8787',
  webSocketUrl: 'ws://127.0.0.1:8787',
  queueUrl: (name) => `http://127.0.0.1:9/000000000000/${name}`,
};

export function stack(name: string, resources: object, rest: object = {}): Stack {
  return { name, directory: '/assembly', template: parseTemplate({ Resources: resources, ...rest }) };
}

export const aFunction = (path: string, variables: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Timeout: 10,
    MemorySize: 512,
    Code: { S3Bucket: 'b', S3Key: 'k' },
    Environment: { Variables: variables },
  },
  Metadata: { 'aws:asset:path': path },
});

const invocationUri = (id: string) => ({
  'Fn::Join': [
    '',
    ['arn:aws:apigateway:x:lambda:path/functions/', { 'Fn::GetAtt': [id, 'Arn'] }, '/invocations'],
  ],
});

/** A WebSocket API with its authorizer and one route. */
export const webSocketApi = {
  Api: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'a', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  },
  Connect: aFunction('../ws-connect', { URL: { 'Fn::Sub': '${Api.ApiEndpoint}/v1' } }),
  Authorize: aFunction('/code/ws-authorize'),
  Authorizer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: { Ref: 'Api' },
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocationUri('Authorize'),
      IdentitySource: ['route.request.querystring.ticket'],
    },
  },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: invocationUri('Connect'),
      TimeoutInMillis: 29_000,
    },
  },
  Route: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Api' },
      RouteKey: '$connect',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Authorizer' },
      Target: { 'Fn::Sub': 'integrations/${Integration}' },
    },
  },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: {
      ApiId: { Ref: 'Api' },
      StageName: 'v1',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingBurstLimit: 50, ThrottlingRateLimit: 20 },
    },
  },
};
