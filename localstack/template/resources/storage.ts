import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { arnOf, flag, physicalName, type ResourceHandler, readProperties, wholeNumber } from '../resource.ts';

const topicProperties = z.object({ TopicName: z.optional(z.string()), FifoTopic: z._default(flag, false) });

/** AWS::SNS::Topic. */
export const topic: ResourceHandler = (resource, draft) => {
  const inert = ['DisplayName', 'KmsMasterKeyId', 'SignatureVersion', 'TracingConfig'];
  const properties = readProperties(resource, topicProperties, inert);
  const name = properties.TopicName ?? physicalName(resource, 256, properties.FifoTopic ? '.fifo' : '');
  draft.topics.push(name);
  const arn = arnOf(resource, 'sns', name);
  return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
};

const bucketProperties = z.object({ BucketName: z.optional(z.string()) });

/** AWS::S3::Bucket; what guards, ages or encrypts objects has no meaning for a folder on a laptop. */
export const bucket: ResourceHandler = (resource, draft) => {
  const inert = [
    'BucketEncryption',
    'CorsConfiguration',
    'LifecycleConfiguration',
    'LoggingConfiguration',
    'OwnershipControls',
    'PublicAccessBlockConfiguration',
    'VersioningConfiguration',
  ];
  const properties = readProperties(resource, bucketProperties, inert);
  const name = properties.BucketName ?? physicalName(resource, 63).toLowerCase();
  draft.buckets.push(name);
  const domain = `${name}.s3.amazonaws.com`;
  return {
    ref: name,
    attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: domain, RegionalDomainName: domain },
  };
};

const secretProperties = z.object({
  Name: z.optional(z.string()),
  SecretString: z.optional(z.string()),
  GenerateSecretString: z.optional(
    z.object({
      PasswordLength: z._default(wholeNumber, 32),
      ExcludeCharacters: z._default(z.string(), ''),
      ExcludeLowercase: z._default(flag, false),
      ExcludeNumbers: z._default(flag, false),
      ExcludePunctuation: z._default(flag, false),
      ExcludeUppercase: z._default(flag, false),
      IncludeSpace: z._default(flag, false),
      SecretStringTemplate: z.optional(z.string()),
      GenerateStringKey: z.optional(z.string()),
      RequireEachIncludedType: z._default(flag, true),
    }),
  ),
});

/** AWS::SecretsManager::Secret. */
export const secret: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, secretProperties, ['Description', 'KmsKeyId']);
  const name = properties.Name ?? physicalName(resource, 512);
  // AWS ends the ARN of a secret with six characters of its own.
  const ending = createHash('sha256').update(name).digest('hex').slice(0, 6);
  const arn = arnOf(resource, 'secretsmanager', `secret:${name}-${ending}`);
  const generate = properties.GenerateSecretString;
  const { SecretStringTemplate: json, GenerateStringKey: key } = generate ?? {};
  draft.secrets.push({
    name,
    arn,
    value: generate
      ? {
          generated: {
            length: generate.PasswordLength,
            excludeCharacters: generate.ExcludeCharacters,
            excludeLowercase: generate.ExcludeLowercase,
            excludeNumbers: generate.ExcludeNumbers,
            excludePunctuation: generate.ExcludePunctuation,
            excludeUppercase: generate.ExcludeUppercase,
            includeSpace: generate.IncludeSpace,
            template: json === undefined || key === undefined ? undefined : { json, key },
          },
        }
      : { fixed: properties.SecretString ?? '' },
  });
  return { ref: arn, attributes: { Id: arn } };
};
