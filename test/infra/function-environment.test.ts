import { Code } from 'aws-cdk-lib/aws-lambda';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { FunctionEnvironment } from '../../functions/environments.ts';
import { ConfabFunction } from '../../infra/constructs/confab-function.ts';
import { type DeploymentEnvironment, variablesOf } from '../../infra/constructs/function-environment.ts';

describe('the environment of a function', () => {
  it('is what its schema names, out of all that there is', () => {
    const given = { AUTH_TABLE: 'Auth', USERS_TABLE: 'Users', ALLOWED_ORIGINS: 'https://chat.example' };
    expect(variablesOf('http/health', given)).toEqual({ AUTH_TABLE: 'Auth' });
    expect(variablesOf('ws/authorize-connection', given)).toEqual({
      AUTH_TABLE: 'Auth',
      ALLOWED_ORIGINS: 'https://chat.example',
    });
  });

  it('lets no name through that every object has', () => {
    const given = { AUTH_TABLE: 'Auth', toString: () => 'x', constructor: 'x' };
    expect(variablesOf('http/health', given)).toEqual({ AUTH_TABLE: 'Auth' });
  });

  it('does not compile when nobody provides a variable', () => {
    const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Test');
    const code = () => Code.fromInline('export const handler = async () => {};');
    const size = { memoryMb: 512, timeout: Duration.seconds(10) };
    // @ts-expect-error AUTH_TABLE is missing.
    new ConfabFunction(stack, 'http/health', { code, environment: { USERS_TABLE: 'Users' }, ...size });
    // Two variables of its own; the deployment has all the others.
    expectTypeOf<DeploymentEnvironment>().not.toExtend<FunctionEnvironment<'consumers/process-messages'>>();
    expectTypeOf<DeploymentEnvironment>().toExtend<FunctionEnvironment<'http/account'>>();
  });
});
