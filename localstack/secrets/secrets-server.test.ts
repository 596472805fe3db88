import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretDefinition, SecretGenerator } from '../template/cloud-plan.ts';
import { generateSecret } from './generate-secret.ts';
import { createSecretStore } from './secret-store.ts';
import { type SecretsServer, startSecretsServer } from './secrets-server.ts';

const generator: SecretGenerator = {
  length: 64,
  excludeCharacters: '',
  excludeLowercase: false,
  excludeNumbers: false,
  excludePunctuation: true,
  excludeUppercase: false,
  includeSpace: false,
  template: undefined,
};
const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:signing-abc123';
const signing: SecretDefinition = { name: 'signing', arn, value: { generated: generator } };

/** Always another number, and the same ones in every run. */
function countingInts(): (below: number) => number {
  let next = 0;
  return (below) => {
    next += 7;
    return next % below;
  };
}

describe('generateSecret', () => {
  it('has the length and only the characters that are not excluded, one of each kind at least', () => {
    const text = generateSecret({ ...generator, excludeCharacters: 'aA0' }, countingInts());
    expect(text).toMatch(/^[b-zB-Z1-9]{64}$/);
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/]) expect(text).toMatch(kind);
  });

  it('puts the text into the template under its key', () => {
    const template = { json: '{"user":"admin"}', key: 'password' };
    const text = generateSecret({ ...generator, template, length: 8 }, countingInts());
    expect(JSON.parse(text)).toEqual({ user: 'admin', password: expect.stringMatching(/^\w{8}$/) });
  });

  it('refuses a generator that leaves no character', () => {
    const nothing = { ...generator, excludeLowercase: true, excludeUppercase: true, excludeNumbers: true };
    expect(() => generateSecret(nothing, countingInts())).toThrow('No secret');
  });
});

describe('the secrets server', () => {
  let folder: string;
  let file: string;
  let server: SecretsServer;
  let client: SecretsManagerClient;
  const openStore = () => {
    let version = 0;
    const newId = () => `version-${++version}-0000000000000000000000000`;
    return createSecretStore({ file, newId, randomInt: countingInts(), now: () => 1_000 });
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    file = join(folder, 'secrets.json');
    const store = openStore();
    store.define([signing]);
    server = await startSecretsServer(store);
    client = new SecretsManagerClient({
      region: 'us-east-1',
      endpoint: server.endpoint,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('gives the same generated value by name, by ARN and after a restart', async () => {
    const byName = await client.send(new GetSecretValueCommand({ SecretId: 'signing' }));
    const byArn = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    expect(byName.SecretString).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(byArn.SecretString).toBe(byName.SecretString);
    const reopened = openStore();
    reopened.define([signing]);
    expect(reopened.get('signing')?.versions[0]?.value).toBe(byName.SecretString);
  });

  it('keeps the values in a file that only its owner can read', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('moves AWSCURRENT to a new value and AWSPREVIOUS to the old one', async () => {
    const first = await client.send(new GetSecretValueCommand({ SecretId: 'signing' }));
    const put = await client.send(new PutSecretValueCommand({ SecretId: 'signing', SecretString: 'new' }));
    const current = await client.send(new GetSecretValueCommand({ SecretId: 'signing' }));
    expect(current).toMatchObject({ SecretString: 'new', VersionId: put.VersionId });
    const previous = await client.send(
      new GetSecretValueCommand({ SecretId: 'signing', VersionStage: 'AWSPREVIOUS' }),
    );
    expect(previous.SecretString).toBe(first.SecretString);
    const old = await client.send(
      new GetSecretValueCommand({ SecretId: 'signing', VersionId: first.VersionId }),
    );
    expect(old.VersionStages).toEqual(['AWSPREVIOUS']);
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'signing' }));
    expect(Object.values(described.VersionIdsToStages ?? {})).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  });

  it('keeps AWSPREVIOUS on the last value but one, however many there were', async () => {
    for (const SecretString of ['second', 'third']) {
      await client.send(new PutSecretValueCommand({ SecretId: 'signing', SecretString }));
    }
    const previous = new GetSecretValueCommand({ SecretId: 'signing', VersionStage: 'AWSPREVIOUS' });
    expect(await client.send(previous)).toMatchObject({
      SecretString: 'second',
      VersionStages: ['AWSPREVIOUS'],
    });
  });

  it('answers as AWS does for what it does not have', async () => {
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'other' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const noSuchStage = new GetSecretValueCommand({ SecretId: 'signing', VersionStage: 'AWSPENDING' });
    await expect(client.send(noSuchStage)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('does not answer a web page, nor to the names of what every object has', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(server.endpoint, { method: 'POST', body: '{"SecretId":"signing"}', headers });
    const target = 'secretsmanager.GetSecretValue';
    expect((await ask({ 'x-amz-target': target, origin: 'http://evil.example' })).status).toBe(400);
    expect((await ask({ 'x-amz-target': 'secretsmanager.constructor' })).status).toBe(400);
    expect((await ask({ 'x-amz-target': target })).status).toBe(200);
  });

  it('says that a damaged file needs a reset, and nothing of what is in it', () => {
    writeFileSync(file, `${readFileSync(file, 'utf8')}x`);
    expect(openStore).toThrow('The state on disk cannot be used');
    expect(openStore).not.toThrow(/[A-Za-z0-9]{40}/);
  });
});
