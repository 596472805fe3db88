import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FunctionEnvironment, FunctionPath } from '../../functions/environments.ts';
import type { FunctionCode } from '../function-code.ts';
import { variablesOf } from './function-environment.ts';

export interface ConfabFunctionProps<P extends FunctionPath> {
  readonly code: FunctionCode;
  /** At least the variables that the function parses at its start; it gets no other. */
  readonly environment: FunctionEnvironment<P>;
  readonly memoryMb: number;
  readonly timeout: Duration;
}

/** `ws/send-message` → `WsSendMessage` */
function constructId(path: FunctionPath): string {
  return path.replace(/(?:^|[/-])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * An entry point of functions/ as a Lambda function, with a role and a log group of its own. The role may write to
 * that log group and nothing else; tables, queues and sockets grant the rest.
 *
 * No X-Ray: active tracing is paid per request and needs a `*` resource, and the request id in every log line and in
 * the queue message follows a message through the system without it.
 */
export class ConfabFunction<P extends FunctionPath = FunctionPath> extends LambdaFunction {
  readonly path: P;

  constructor(scope: Construct, path: P, props: ConfabFunctionProps<P>) {
    const id = constructId(path);
    // Logs can go with the function: what must outlast it is in the tables.
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      description: `Confab ${path}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code(path),
      environment: variablesOf(path, props.environment),
      memorySize: props.memoryMb,
      timeout: props.timeout,
      role,
      logGroup,
    });
    this.path = path;
  }
}
