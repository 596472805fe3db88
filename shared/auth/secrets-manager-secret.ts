import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SecretSource } from './secret-source.ts';

/**
 * A generated secret. A new value takes the label AWSCURRENT, and the one that had it becomes AWSPREVIOUS.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
 */
export function secretsManagerSecret(client: SecretsManagerClient, secretId: string): SecretSource {
  const read = async (stage: 'AWSCURRENT' | 'AWSPREVIOUS') => {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }));
    if (!answer.SecretString) throw new Error(`the secret has no value for ${stage}`);
    return answer.SecretString;
  };
  return {
    current: () => read('AWSCURRENT'),
    async previous() {
      try {
        return await read('AWSPREVIOUS');
      } catch (error) {
        // No version has the label: the secret has never been replaced.
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
  };
}
