import type { CloudPlan } from './cloud-plan.ts';
import type { DraftApi, DraftAuthorizer, DraftIntegration, DraftStage, PlanDraft } from './plan-draft.ts';
import { TemplateError } from './template-error.ts';

/** Puts APIs, stages, routes, integrations and authorizers together, which templates describe apart. */
export function completeApis(draft: PlanDraft): Pick<CloudPlan, 'httpApi' | 'webSocketApi'> {
  const http = theOnly(draft, 'HTTP');
  const webSocket = theOnly(draft, 'WEBSOCKET');
  return {
    httpApi: http && httpApi(draft, http),
    webSocketApi: webSocket && webSocketApi(draft, webSocket),
  };
}

function httpApi(draft: PlanDraft, { id }: DraftApi): CloudPlan['httpApi'] {
  const { throttle } = stageOf(draft, id);
  return { apiId: id, throttle, routes: routesOf(draft, id).map(({ authorizer: _none, ...route }) => route) };
}

function webSocketApi(draft: PlanDraft, api: DraftApi): CloudPlan['webSocketApi'] {
  const { name, throttle } = stageOf(draft, api.id);
  return {
    apiId: api.id,
    stageName: name,
    routeSelectionExpression: api.routeSelectionExpression,
    routes: routesOf(draft, api.id),
    throttle,
  };
}

function routesOf(draft: PlanDraft, apiId: string) {
  const routes = draft.routes.filter((route) => route.apiId === apiId);
  return routes.map(({ routeKey, integrationId, authorizerId }) => {
    const { functionName, timeoutMs } = integrationOf(draft, routeKey, integrationId);
    assertRunnable(draft, functionName, routeKey);
    const authorizer = authorizerId === undefined ? undefined : authorizerOf(draft, routeKey, authorizerId);
    return { routeKey, functionName, integrationTimeoutMs: timeoutMs, authorizer };
  });
}

function integrationOf(draft: PlanDraft, routeKey: string, id: string): DraftIntegration {
  const integration = draft.integrations.get(id);
  if (integration === undefined) throw new TemplateError(`The route ${routeKey} has no integration ${id}`);
  return integration;
}

function authorizerOf(draft: PlanDraft, routeKey: string, id: string): DraftAuthorizer {
  const authorizer = draft.authorizers.get(id);
  if (authorizer === undefined) throw new TemplateError(`The route ${routeKey} has no authorizer ${id}`);
  assertRunnable(draft, authorizer.functionName, routeKey);
  return authorizer;
}

function assertRunnable(draft: PlanDraft, functionName: string, routeKey: string): void {
  if (draft.functions.some(({ name }) => name === functionName)) return;
  throw new TemplateError(`The route ${routeKey} wants the function ${functionName}, which no stack has`);
}

function theOnly(draft: PlanDraft, protocol: DraftApi['protocol']): DraftApi | undefined {
  const apis = draft.apis.filter((api) => api.protocol === protocol);
  if (apis.length > 1) {
    throw new TemplateError(`There are ${apis.length} ${protocol} APIs; a laptop has room for one`);
  }
  return apis[0];
}

function stageOf(draft: PlanDraft, apiId: string): DraftStage {
  const stages = draft.stages.filter((stage) => stage.apiId === apiId);
  const [stage] = stages;
  if (stage === undefined || stages.length > 1) {
    throw new TemplateError(`The API ${apiId} has ${stages.length} stages; it must have one`);
  }
  return stage;
}
