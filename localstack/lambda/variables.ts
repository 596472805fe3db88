import { devNull } from 'node:os';
import type { FunctionDefinition } from '../contracts.ts';

/** Where the functions believe to run. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

export function functionArn(place: Place, functionName: string): string {
  return `arn:aws:lambda:${place.region}:${place.accountId}:function:${functionName}`;
}

/**
 * All variables of an execution environment: those that Lambda defines, then `base`, then the function's own.
 * Nothing of the host comes in but PATH; the SDK is kept from the profile of whoever runs this machine.
 * AWS_LAMBDA_RUNTIME_API is not set: it would tell libraries of a server that is not there.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function environmentVariables(
  definition: FunctionDefinition,
  place: Place,
  base: Readonly<Record<string, string>>,
  logStreamName: string,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    LAMBDA_TASK_ROOT: definition.codeDir,
    _HANDLER: definition.handler,
    ...base,
    ...definition.environment,
  };
}
