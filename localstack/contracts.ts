/**
 * How the parts of the embedded cloud meet. Each part is a folder of its own and knows the others by these
 * interfaces only; localstack/cloud.ts puts them together from what the CDK synthesized.
 */

/** A function as AWS::Lambda::Function describes it. */
export interface FunctionDefinition {
  readonly name: string;
  /** The folder that holds the bundle, and the handler in it: `index.handler` is `handler` of index.mjs. */
  readonly codeDir: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** How many environments may run at once; undefined means as many as the runner allows. */
  readonly reservedConcurrency?: number | undefined;
}

/** What Lambda's synchronous Invoke answers: the payload, or the function error. */
export type InvokeResult =
  | { readonly ok: true; readonly payload: unknown; readonly requestId: string }
  | {
      readonly ok: false;
      /** `Sandbox.Timedout`, `Runtime.ExitError`, or the name of what the handler threw. */
      readonly errorType: string;
      readonly errorMessage: string;
      readonly requestId: string;
    };

export interface LambdaInvoker {
  /** Never rejects for what the function does; rejects for a function that does not exist or a closed runner. */
  invoke(functionName: string, event: unknown): Promise<InvokeResult>;
}

/** One HTTP API (AWS::ApiGatewayV2::Api, ProtocolType HTTP) with its routes and $default stage. */
export interface HttpApiDefinition {
  readonly apiId: string;
  readonly routes: readonly {
    /** `GET /conversations/{id}`, or `$default`. */
    readonly routeKey: string;
    readonly functionName: string;
    readonly integrationTimeoutMs: number;
  }[];
  readonly throttle: { readonly burst: number; readonly ratePerSecond: number } | undefined;
}

/** One WebSocket API with its routes and its one stage. */
export interface WebSocketApiDefinition {
  readonly apiId: string;
  readonly stageName: string;
  /** `$request.body.action` */
  readonly routeSelectionExpression: string;
  readonly routes: readonly {
    readonly routeKey: string;
    readonly functionName: string;
    readonly integrationTimeoutMs: number;
    /** On $connect only. `identitySources` as in the template: `route.request.querystring.ticket`. */
    readonly authorizer?:
      | { readonly functionName: string; readonly identitySources: readonly string[] }
      | undefined;
  }[];
  readonly throttle: { readonly burst: number; readonly ratePerSecond: number } | undefined;
}

/** One AWS::Lambda::EventSourceMapping. */
export interface SqsEventSource {
  readonly kind: 'sqs';
  readonly functionName: string;
  readonly queueName: string;
  readonly batchSize: number;
  readonly reportBatchItemFailures: boolean;
  readonly maximumConcurrency: number | undefined;
}

export interface StreamEventSource {
  readonly kind: 'dynamodb-stream';
  readonly functionName: string;
  readonly tableName: string;
  readonly batchSize: number;
  readonly reportBatchItemFailures: boolean;
  readonly bisectBatchOnFunctionError: boolean;
  readonly maximumRetryAttempts: number | undefined;
  /** Older records are discarded; undefined: as long as the stream has them. */
  readonly maximumRecordAgeMs: number | undefined;
  /** How long a batch waits to become full, from its first record on. */
  readonly maximumBatchingWindowMs: number;
  /** A record must match one of them; all do when there is none. */
  readonly filters: readonly FilterPattern[];
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly parallelizationFactor: number;
  readonly onFailureQueueName: string | undefined;
}

export type EventSource = SqsEventSource | StreamEventSource;

/** A pattern of FilterCriteria: every field must match; a list is of alternatives for the field. */
export interface FilterPattern {
  readonly [field: string]: FilterPattern | readonly FilterRule[];
}

export type FilterRule =
  | { readonly kind: 'equals'; readonly value: FilterValue }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'exists'; readonly exists: boolean }
  | { readonly kind: 'anything-but'; readonly values: readonly FilterValue[] }
  | { readonly kind: 'anything-but-prefix'; readonly prefix: string };

export type FilterValue = string | number | boolean | null;

/** One AWS::Events::Rule with a rate. */
export interface ScheduleDefinition {
  readonly ruleName: string;
  readonly ruleArn: string;
  readonly everyMs: number;
  readonly targets: readonly {
    readonly functionName: string;
    /** What the function gets instead of the event; undefined: the event. */
    readonly input: unknown;
  }[];
}

/** As AWS::SQS::Queue; seconds and bytes as there. */
export interface QueueDefinition {
  readonly name: string;
  readonly fifo: boolean;
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly visibilityTimeoutSeconds: number;
  readonly messageRetentionSeconds: number;
  readonly delaySeconds: number;
  readonly maximumMessageBytes: number;
  readonly redrive?: { readonly deadLetterQueueName: string; readonly maxReceiveCount: number } | undefined;
}

/** What an event source mapping needs of a queue, in process; functions use the same queue over the JSON protocol. */
export interface QueueReader {
  /** Waits up to `waitMs` for a first message; answers at most `max` (1–10). Empty when none came or on `signal`. */
  receive(
    queueName: string,
    options: { max: number; waitMs: number; signal?: AbortSignal },
  ): Promise<ReceivedMessage[]>;
  delete(queueName: string, receiptHandles: readonly string[]): void;
  changeVisibility(queueName: string, receiptHandle: string, timeoutSeconds: number): void;
}

/** A message as ReceiveMessage and the Lambda event show it. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** SentTimestamp, ApproximateReceiveCount, ApproximateFirstReceiveTimestamp, SenderId, MessageGroupId, MessageDeduplicationId, SequenceNumber, … all strings. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<
    Record<string, { dataType: string; stringValue?: string; binaryValue?: string }>
  >;
}

/** A line of a function's log: the JSON that it printed, or plain text. */
export interface LogLine {
  readonly functionName: string;
  readonly requestId: string | undefined;
  readonly line: string;
}

export interface Clock {
  now(): number;
}
