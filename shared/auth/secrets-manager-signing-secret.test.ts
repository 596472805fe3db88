import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { secretsManagerSigningSecret } from './secrets-manager-signing-secret.ts';

const client = new SecretsManagerClient({ region: 'eu-central-1' });
const secrets = mockClient(client);
beforeEach(() => secrets.reset());

describe('the signing secret', () => {
  const source = secretsManagerSigningSecret(client, 'confab/signing');

  it('is the current version of the generated one', async () => {
    secrets.on(GetSecretValueCommand, { SecretId: 'confab/signing' }).resolves({ SecretString: 'generated' });
    expect(await source.current()).toBe('generated');
  });

  it('is never an empty one', async () => {
    secrets.on(GetSecretValueCommand).resolves({});
    await expect(source.current()).rejects.toThrow('no value');
  });
});
