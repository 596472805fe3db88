import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import {
  functionNameOf,
  type Resource,
  type ResourceHandler,
  readProperties,
  resourceError,
  wholeNumber,
} from '../resource.ts';

/** Ten characters as API Gateway has them, the same at every start. */
function stableId({ stackName, logicalId }: Resource): string {
  const digest = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).slice(0, 10);
}

const apiProperties = z.object({
  ProtocolType: z.enum(['HTTP', 'WEBSOCKET']),
  RouteSelectionExpression: z._default(z.string(), '$request.method $request.path'),
});

export const api: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, apiProperties, ['Name', 'Description', 'IpAddressType']);
  const id = stableId(resource);
  draft.apis.push({
    id,
    protocol: properties.ProtocolType,
    routeSelectionExpression: properties.RouteSelectionExpression,
  });
  const { httpUrl, webSocketUrl } = resource.place;
  const endpoint = properties.ProtocolType === 'HTTP' ? httpUrl : webSocketUrl;
  return { ref: id, attributes: { ApiId: id, ApiEndpoint: endpoint } };
};

const routeProperties = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string().check(z.startsWith('integrations/')),
  AuthorizationType: z._default(z.enum(['NONE', 'CUSTOM']), 'NONE'),
  AuthorizerId: z.optional(z.string()),
});

export const route: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, routeProperties, ['OperationName']);
  draft.routes.push({
    apiId: properties.ApiId,
    routeKey: properties.RouteKey,
    integrationId: properties.Target.slice('integrations/'.length),
    authorizerId: properties.AuthorizationType === 'CUSTOM' ? properties.AuthorizerId : undefined,
  });
  return { ref: stableId(resource), attributes: {} };
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html and the one of WebSocket APIs. */
const longestIntegrationMs = 30_000;

const integrationProperties = z.object({
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string().check(z.regex(/:function:/, 'must name a function')),
  PayloadFormatVersion: z._default(z.enum(['1.0', '2.0']), '1.0'),
  TimeoutInMillis: z._default(wholeNumber, longestIntegrationMs),
});

export const integration: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, integrationProperties, ['Description', 'IntegrationMethod']);
  const id = stableId(resource);
  draft.integrations.set(id, {
    functionName: functionNameOf(properties.IntegrationUri),
    timeoutMs: properties.TimeoutInMillis,
  });
  return { ref: id, attributes: {} };
};

const stageProperties = z.object({
  ApiId: z.string(),
  StageName: z.string(),
  DefaultRouteSettings: z.optional(
    z.object({ ThrottlingBurstLimit: z.optional(z.number()), ThrottlingRateLimit: z.optional(z.number()) }),
  ),
});

export const stage: ResourceHandler = (resource, draft) => {
  const inert = ['AccessLogSettings', 'AutoDeploy', 'DeploymentId', 'Description'];
  const properties = readProperties(resource, stageProperties, inert);
  const { ThrottlingBurstLimit: burst, ThrottlingRateLimit: ratePerSecond } =
    properties.DefaultRouteSettings ?? {};
  draft.stages.push({
    apiId: properties.ApiId,
    name: properties.StageName,
    throttle: burst === undefined || ratePerSecond === undefined ? undefined : { burst, ratePerSecond },
  });
  return { ref: properties.StageName, attributes: {} };
};

const authorizerProperties = z.object({
  ApiId: z.string(),
  AuthorizerType: z.literal('REQUEST'),
  AuthorizerUri: z.string().check(z.regex(/:function:/, 'must name a function')),
  IdentitySource: z._default(z.array(z.string()), []),
});

export const authorizer: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, authorizerProperties, ['Name', 'AuthorizerCredentialsArn']);
  if (!draft.apis.some(({ id, protocol }) => id === properties.ApiId && protocol === 'WEBSOCKET')) {
    throw resourceError(resource, 'only WebSocket APIs can have an authorizer on a laptop');
  }
  const id = stableId(resource);
  draft.authorizers.set(id, {
    functionName: functionNameOf(properties.AuthorizerUri),
    identitySources: properties.IdentitySource,
  });
  return { ref: id, attributes: { AuthorizerId: id } };
};
