import { join } from 'node:path';
import { expect, it } from 'vitest';
import { StartupError } from '../cloud/startup-error.ts';
import { type FindOptions, findDynamoDb } from './find-dynamodb.ts';

const nothing: FindOptions = {
  environment: { PATH: '/usr/bin:/opt/bin' },
  platform: 'linux',
  arch: 'riscv64',
  packageFolder: () => undefined,
  isExecutable: () => false,
};

it('prefers an endpoint that is given', () => {
  const environment = { DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000/' };
  expect(findDynamoDb({ ...nothing, environment })).toEqual({
    kind: 'endpoint',
    url: 'http://127.0.0.1:8000',
  });
});

it('refuses an endpoint that is no address', () => {
  expect(() => findDynamoDb({ ...nothing, environment: { DYNAMODB_ENDPOINT: 'here' } })).toThrow(
    StartupError,
  );
});

it('looks for the package of this system, the general package, and the PATH, in this order', () => {
  const packages = ['@dynoxide/linux-riscv64', 'dynoxide'];
  const find = (installed: string[], onPath: boolean) =>
    findDynamoDb({
      ...nothing,
      packageFolder: (name) => (installed.includes(name) ? `/modules/${name}` : undefined),
      isExecutable: (file) => onPath || file.startsWith('/modules'),
    });
  expect(find(packages, true)).toEqual({
    kind: 'program',
    file: join('/modules/@dynoxide/linux-riscv64', 'dynoxide'),
  });
  expect(find(['dynoxide'], true)).toMatchObject({ file: join('/modules/dynoxide', 'bin', 'dynoxide') });
  expect(find([], true)).toMatchObject({ file: join('/usr/bin', 'dynoxide') });
});

it('says how to get it when there is none', () => {
  const find = () => findDynamoDb(nothing);
  expect(find).toThrow('DynamoDB for this system (linux-riscv64) is not installed.');
  expect(find).toThrow(
    expect.objectContaining({
      wayOut: expect.stringContaining('npm i --no-save @dynoxide/linux-riscv64@1.2.1'),
    }),
  );
});
