import type {
  EventSource,
  FunctionDefinition,
  HttpApiDefinition,
  QueueDefinition,
  ScheduleDefinition,
  WebSocketApiDefinition,
} from '../contracts.ts';

export interface KeyDefinition {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

/** An AWS::DynamoDB::Table; keys and indexes as CreateTable takes them. */
export interface TableDefinition {
  readonly name: string;
  readonly attributes: readonly { readonly AttributeName: string; readonly AttributeType: 'S' | 'N' | 'B' }[];
  readonly keys: readonly KeyDefinition[];
  readonly globalIndexes: readonly SecondaryIndex[];
  readonly localIndexes: readonly SecondaryIndex[];
  /** undefined: no stream. */
  readonly streamViewType: 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES' | 'KEYS_ONLY' | undefined;
  readonly timeToLiveAttribute: string | undefined;
}

export interface SecondaryIndex {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyDefinition[];
  readonly Projection: {
    readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
    readonly NonKeyAttributes?: readonly string[];
  };
}

/** As GenerateSecretString of AWS::SecretsManager::Secret, with its defaults filled in. */
export interface SecretGenerator {
  readonly length: number;
  readonly excludeCharacters: string;
  readonly excludeLowercase: boolean;
  readonly excludeNumbers: boolean;
  readonly excludePunctuation: boolean;
  readonly excludeUppercase: boolean;
  readonly includeSpace: boolean;
  /** Both or neither: the JSON object that the generated text is put into under `key`. */
  readonly template: { readonly json: string; readonly key: string } | undefined;
}

export interface SecretDefinition {
  readonly name: string;
  readonly arn: string;
  readonly value: { readonly fixed: string } | { readonly generated: SecretGenerator };
}

/** A behaviour of AWS::CloudFront::Distribution: what is sent with a file besides the file. */
export interface SiteBehavior {
  /** `/assets/*`; undefined is the default behaviour. */
  readonly pathPattern: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Everything that the templates describe and a laptop can run, with every reference resolved. */
export interface CloudPlan {
  readonly tables: readonly TableDefinition[];
  readonly queues: readonly QueueDefinition[];
  readonly topics: readonly string[];
  readonly buckets: readonly string[];
  readonly secrets: readonly SecretDefinition[];
  readonly functions: readonly FunctionDefinition[];
  readonly eventSources: readonly EventSource[];
  /** Without the rules that are disabled. */
  readonly schedules: readonly ScheduleDefinition[];
  readonly httpApi: HttpApiDefinition | undefined;
  readonly webSocketApi: WebSocketApiDefinition | undefined;
  /** More specific patterns first, the default last. */
  readonly siteBehaviors: readonly SiteBehavior[];
  /** Stack name → output name → value. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Where the templates are interpreted: the pseudo parameters, and the addresses that AWS would make up. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
  /** `http://127.0.0.1:8787`: the endpoint of the HTTP API. */
  readonly httpUrl: string;
  /** `ws://127.0.0.1:8787`: the endpoint of the WebSocket API, without its stage. */
  readonly webSocketUrl: string;
  queueUrl(queueName: string): string;
}
