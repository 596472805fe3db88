/**
 * List prices of AWS in us-east-1, on demand, first tier, in dollars, as of 2026-11. They change: check before quoting.
 * https://aws.amazon.com/api-gateway/pricing/ · /lambda/pricing/ · /sqs/pricing/ · /dynamodb/pricing/on-demand/ ·
 * /cloudwatch/pricing/ · /ses/pricing/
 */
export const prices = {
  /** A message of a WebSocket API in or out, per 32 KB begun. */
  webSocketMessage: 1.0 / 1e6,
  /** A request to an HTTP API, per 512 KB begun. */
  httpApiRequest: 1.0 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** arm64, as the functions are deployed. */
  lambdaGbSecond: 0.000_013_333_4,
  /** A request to a FIFO queue, per 64 KB begun; a batch of ten is one. */
  sqsFifoRequest: 0.5 / 1e6,
  /** A request to a standard queue, as above. */
  sqsStandardRequest: 0.4 / 1e6,
  /** A mail, without what its size adds. */
  sesMail: 0.1 / 1e3,
  dynamoWriteUnit: 0.625 / 1e6,
  dynamoReadUnit: 0.125 / 1e6,
  logGigabyte: 0.5,
} as const;

export const webSocketStepBytes = 32 * 1024;

/**
 * How long an invocation takes on AWS, where a call costs milliseconds of network that a laptop does not have. Assumed,
 * from published latencies of the calls that it makes one after the other: GetItem and SendMessage about 5 ms each,
 * TransactWriteItems 25 ms, PostToConnection about 15 ms, fifty of them at once about 45 ms more on a part of a core.
 */
export const assumedDurationMs = {
  'ws-send-message': 15,
  'consumers-process-messages': { small: 50, large: 95 },
} as const;

/**
 * How long account calls take on AWS, assumed in the same way: what a function calls, one after the other, though some of
 * it runs side by side; and for argon2id with today's parameters the measured time on one core of a server, which is what
 * functions/http/auth has.
 */
export const assumedAccountMs = {
  invocation: 3,
  passwordHash: 30,
  call: 5,
  TransactWriteItems: 25,
  PostToConnection: 15,
  SendEmail: 60,
} as const;
