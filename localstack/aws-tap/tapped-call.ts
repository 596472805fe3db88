export type TappedService = 'dynamodb' | 'sqs' | 'secretsmanager' | 'sesv2' | 'sns' | 'management-api';

/** A call as rules and records name it. */
export interface TappedCall {
  /** The function that made it, or `unknown`. */
  readonly functionName: string;
  readonly service: TappedService;
  /** `PutItem`, `SendMessage`, `PostToConnection`; as the AWS API calls it. */
  readonly operation: string;
}

/** One call of a function to a service. */
export interface CallRecord extends TappedCall {
  /** Of the answer; 0 when the connection broke before one came. */
  readonly status: number;
  /** From the request to the end of the answer, as the function waits for it. */
  readonly latencyMs: number;
  readonly requestBytes: number;
  /** Of DynamoDB; undefined when the database did not report it. */
  readonly capacityUnits: number | undefined;
  /** The kind of the fault that befell it. */
  readonly fault: string | undefined;
}
