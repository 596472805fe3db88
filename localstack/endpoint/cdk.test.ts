import { delimiter, dirname } from 'node:path';
import { expect, it } from 'vitest';
import { cdkEnvironment, deployArguments } from './cdk.ts';

const endpoint = 'http://127.0.0.1:4566';

it("leaves nothing of the caller's AWS account to the CDK", () => {
  const callers = {
    HOME: '/home/ada',
    AWS_PROFILE: 'production',
    AWS_SESSION_TOKEN: 'real',
    AWS_SECRET_ACCESS_KEY: 'real',
    AWS_ENDPOINT_URL_CLOUDFORMATION: 'https://cloudformation.eu-west-1.amazonaws.com',
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'yes',
    CDK_DEFAULT_ACCOUNT: '123456789012',
  };
  const environment = cdkEnvironment(callers, endpoint);

  expect(environment).toMatchObject({
    HOME: '/home/ada',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  });
  for (const value of Object.values(callers).slice(1))
    expect(Object.values(environment)).not.toContain(value);
});

it('runs the app with this Node.js, whichever comes first on the path', () => {
  const { PATH } = cdkEnvironment({ PATH: '/usr/bin' }, endpoint);
  expect(PATH).toBe(`${dirname(process.execPath)}${delimiter}/usr/bin`);
});

it('deploys every stack, without asking, and with the context', () => {
  const args = deployArguments({ webSocketUrl: 'ws://127.0.0.1:4566/{apiId}/v1' }, 'outputs.json');
  expect(args.join(' ')).toBe(
    'deploy --all --require-approval never --outputs-file outputs.json --context webSocketUrl=ws://127.0.0.1:4566/{apiId}/v1',
  );
});
