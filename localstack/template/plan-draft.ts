import type { EventSource, FunctionDefinition, QueueDefinition, ScheduleDefinition } from '../contracts.ts';
import type { SecretDefinition, TableDefinition } from './cloud-plan.ts';

export interface DraftApi {
  readonly id: string;
  readonly protocol: 'HTTP' | 'WEBSOCKET';
  readonly routeSelectionExpression: string;
}

export interface DraftRoute {
  readonly apiId: string;
  readonly routeKey: string;
  readonly integrationId: string;
  readonly authorizerId: string | undefined;
}

export interface DraftIntegration {
  readonly functionName: string;
  readonly timeoutMs: number;
}

export interface DraftStage {
  readonly apiId: string;
  readonly name: string;
  readonly throttle: { readonly burst: number; readonly ratePerSecond: number } | undefined;
}

export interface DraftAuthorizer {
  readonly functionName: string;
  readonly identitySources: readonly string[];
}

export interface DraftDistribution {
  readonly behaviors: readonly {
    readonly pathPattern: string | undefined;
    readonly headersPolicyId: string;
  }[];
}

/** What the resources add up to while they are read one by one; see cloud-plan.ts for what becomes of it. */
export interface PlanDraft {
  readonly tables: TableDefinition[];
  readonly queues: QueueDefinition[];
  readonly topics: string[];
  readonly buckets: string[];
  readonly secrets: SecretDefinition[];
  readonly functions: FunctionDefinition[];
  readonly eventSources: EventSource[];
  readonly schedules: ScheduleDefinition[];
  readonly apis: DraftApi[];
  readonly routes: DraftRoute[];
  readonly stages: DraftStage[];
  readonly integrations: Map<string, DraftIntegration>;
  readonly authorizers: Map<string, DraftAuthorizer>;
  readonly distributions: DraftDistribution[];
  readonly headersPolicies: Map<string, Readonly<Record<string, string>>>;
}

export function emptyDraft(): PlanDraft {
  return {
    tables: [],
    queues: [],
    topics: [],
    buckets: [],
    secrets: [],
    functions: [],
    eventSources: [],
    schedules: [],
    apis: [],
    routes: [],
    stages: [],
    integrations: new Map(),
    authorizers: new Map(),
    distributions: [],
    headersPolicies: new Map(),
  };
}
