import {
  GetSecretValueCommand,
  InternalServiceError,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { secretsManagerSecret } from './secrets-manager-secret.ts';

const client = new SecretsManagerClient({ region: 'eu-central-1' });
const secrets = mockClient(client);
beforeEach(() => secrets.reset());

const SecretId = 'confab/signing';
const labelled = (VersionStage: string) => secrets.on(GetSecretValueCommand, { SecretId, VersionStage });

describe('a secret of Secrets Manager', () => {
  const source = secretsManagerSecret(client, SecretId);

  it('is the current version, and knows the one before', async () => {
    labelled('AWSCURRENT').resolves({ SecretString: 'generated' });
    labelled('AWSPREVIOUS').resolves({ SecretString: 'replaced' });
    expect(await source.current()).toBe('generated');
    expect(await source.previous()).toBe('replaced');
  });

  it('has none before it until it is replaced', async () => {
    labelled('AWSPREVIOUS').rejects(
      new ResourceNotFoundException({ message: "can't find staging label: AWSPREVIOUS", $metadata: {} }),
    );
    expect(await source.previous()).toBeUndefined();
  });

  it('does not take a failure for "never replaced", nor a missing secret for an empty one', async () => {
    labelled('AWSPREVIOUS').rejects(new InternalServiceError({ message: 'try again', $metadata: {} }));
    await expect(source.previous()).rejects.toThrow('try again');
    labelled('AWSCURRENT').rejects(
      new ResourceNotFoundException({ message: 'no such secret', $metadata: {} }),
    );
    await expect(source.current()).rejects.toThrow('no such secret');
  });

  it('is never an empty one', async () => {
    secrets.on(GetSecretValueCommand).resolves({});
    await expect(source.current()).rejects.toThrow('no value');
    await expect(source.previous()).rejects.toThrow('no value');
  });
});
