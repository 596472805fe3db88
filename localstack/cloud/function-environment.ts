import { randomBytes } from 'node:crypto';
import type { AwsTap } from '../aws-tap/tap.ts';
import type { FunctionDefinition } from '../contracts.ts';
import { account } from './local-services.ts';

/** The credentials of this run; every function has the same. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export function newCredentials(): Credentials {
  return {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
}

export interface Endpoints {
  readonly dynamoDb: string;
  readonly sqs: string;
  readonly secretsManager: string;
  readonly sesV2: string;
  readonly sns: string;
  readonly s3: string | undefined;
}

/**
 * What every function gets besides its own variables, by which the SDK finds the local services, or their taps.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function baseEnvironment(
  credentials: Credentials,
  endpoints: Endpoints,
  tap: AwsTap | undefined,
  logLevel: string | undefined,
): Record<string, string> {
  const { dynamoDb, sqs, secretsManager, sesV2, sns, s3 } = endpoints;
  return {
    AWS_REGION: account.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: tap?.endpoint('dynamodb') ?? dynamoDb,
    AWS_ENDPOINT_URL_SQS: tap?.endpoint('sqs') ?? sqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: tap?.endpoint('secretsmanager') ?? secretsManager,
    AWS_ENDPOINT_URL_SESV2: tap?.endpoint('sesv2') ?? sesV2,
    AWS_ENDPOINT_URL_SNS: tap?.endpoint('sns') ?? sns,
    ...(s3 && { AWS_ENDPOINT_URL_S3: s3 }),
    ...(logLevel && { LOG_LEVEL: logLevel }),
  };
}

/** The session token says who calls: the SDK sends it with every request, and nothing here checks it. */
export function withIdentity(definition: FunctionDefinition): FunctionDefinition {
  return { ...definition, environment: { ...definition.environment, AWS_SESSION_TOKEN: definition.name } };
}

/** The addresses of queues and sockets in a function's own variables, with the tapped ones in their place. */
export function withTap(
  definition: FunctionDefinition,
  tap: AwsTap,
  real: { readonly sqs: string; readonly webSocketUrl: string },
): FunctionDefinition {
  const replacements = [
    [real.sqs, tap.endpoint('sqs')],
    [real.webSocketUrl, tap.endpoint('management-api').replace(/^http/, 'ws')],
  ] as const;
  const replace = (value: string): string => {
    const found = replacements.find(([from]) => value === from || value.startsWith(`${from}/`));
    return found === undefined ? value : found[1] + value.slice(found[0].length);
  };
  const variables = Object.entries(definition.environment).map(([name, value]) => [name, replace(value)]);
  return { ...definition, environment: Object.fromEntries(variables) };
}
