import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SigningSecretSource } from './signing-keys.ts';

/** The current version of the generated secret. */
export function secretsManagerSigningSecret(
  client: SecretsManagerClient,
  secretId: string,
): SigningSecretSource {
  return {
    async current() {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      if (!answer.SecretString) throw new Error('the signing secret has no value');
      return answer.SecretString;
    },
  };
}
