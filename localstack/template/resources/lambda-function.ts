import { basename, resolve as resolvePath } from 'node:path';
import * as z from 'zod/mini';
import type { PlanDraft } from '../plan-draft.ts';
import {
  arnOf,
  physicalName,
  type Resource,
  type ResourceHandler,
  readProperties,
  resourceError,
  wholeNumber,
} from '../resource.ts';

const functionProperties = z.object({
  FunctionName: z.optional(z.string()),
  Runtime: z._default(z.string(), ''),
  Handler: z._default(z.string(), ''),
  Timeout: z._default(wholeNumber, 3),
  MemorySize: z._default(wholeNumber, 128),
  ReservedConcurrentExecutions: z.optional(wholeNumber),
  Environment: z._default(z.object({ Variables: z._default(z.record(z.string(), z.string()), {}) }), {
    Variables: {},
  }),
});

const inert = [
  'Architectures',
  'Code',
  'Description',
  'EphemeralStorage',
  'KmsKeyArn',
  'Layers',
  'LoggingConfig',
  'RecursiveLoop',
  'Role',
  'RuntimeManagementConfig',
  'TracingConfig',
];

/** AWS::Lambda::Function of a Node.js runtime, with the folder that the CDK's asset metadata names as its code. */
export const lambdaFunction: ResourceHandler = (resource, draft) => {
  const properties = readProperties(resource, functionProperties, inert);
  const codeDir = assetPath(resource);
  const name = properties.FunctionName ?? readableName(resource, codeDir, draft);
  // Another runtime is that of a custom resource's provider: nothing invokes it here.
  if (properties.Runtime.startsWith('nodejs')) {
    if (codeDir === undefined) {
      throw resourceError(resource, 'the metadata aws:asset:path is missing: where is the code?');
    }
    draft.functions.push({
      name,
      codeDir,
      handler: properties.Handler,
      environment: properties.Environment.Variables,
      timeoutMs: properties.Timeout * 1000,
      memoryMb: properties.MemorySize,
      reservedConcurrency: properties.ReservedConcurrentExecutions,
    });
  }
  return { ref: name, attributes: { Arn: arnOf(resource, 'lambda', `function:${name}`) } };
};

function assetPath({ metadata, directory }: Resource): string | undefined {
  const path = metadata['aws:asset:path'];
  return typeof path === 'string' ? resolvePath(directory, path) : undefined;
}

/** The name of the bundle, which is what a developer looks for in a log; the usual one where that is taken. */
function readableName(resource: Resource, codeDir: string | undefined, draft: PlanDraft): string {
  const name = codeDir === undefined ? '' : basename(codeDir);
  const taken = draft.functions.some((definition) => definition.name === name);
  return /^[\w-]{1,64}$/.test(name) && !taken ? name : physicalName(resource, 64);
}
