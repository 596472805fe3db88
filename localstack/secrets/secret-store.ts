import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { damagedState } from '../cloud/startup-error.ts';
import type { SecretDefinition } from '../template/cloud-plan.ts';
import { generateSecret } from './generate-secret.ts';

const versionSchema = z.object({
  id: z.string(),
  value: z.string(),
  createdMs: z.number(),
  /** AWSCURRENT, AWSPREVIOUS, AWSPENDING or a label of the caller; a version without any is deprecated. */
  stages: z.array(z.string()),
});
const fileSchema = z.record(z.string(), z.object({ arn: z.string(), versions: z.array(versionSchema) }));

export type SecretVersion = z.infer<typeof versionSchema>;
export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  readonly versions: readonly SecretVersion[];
}

export interface SecretStoreOptions {
  /** Only its owner may read it. */
  readonly file: string;
  readonly newId: () => string;
  readonly randomInt: (below: number) => number;
  readonly now: () => number;
}

export interface SecretStore {
  /** Makes what is missing, with a fixed or generated value; what exists keeps its value. */
  define(definitions: readonly SecretDefinition[]): void;
  /** By name or ARN. */
  get(id: string): StoredSecret | undefined;
  /** Adds a version. With AWSCURRENT among its stages the version that had it becomes AWSPREVIOUS. */
  put(
    name: string,
    version: { id?: string | undefined; value: string; stages: readonly string[] },
  ): SecretVersion;
}

/** @throws StartupError when the file is damaged. */
export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const secrets = read(options.file);

  const save = (): void => {
    mkdirSync(dirname(options.file), { recursive: true });
    const text = JSON.stringify(Object.fromEntries(secrets), undefined, 2);
    writeFileSync(`${options.file}.new`, text, { mode: 0o600 });
    renameSync(`${options.file}.new`, options.file);
  };

  const put: SecretStore['put'] = (name, { id, value, stages }) => {
    const secret = secrets.get(name);
    if (secret === undefined) throw new Error(`There is no secret ${name}`);
    const version = { id: id ?? options.newId(), value, createdMs: options.now(), stages: [...stages] };
    secret.versions = [...secret.versions.map((old) => moveStages(old, stages)), version];
    save();
    return version;
  };

  return {
    define(definitions) {
      for (const { name, arn, value } of definitions) {
        if (secrets.has(name)) continue;
        secrets.set(name, { arn, versions: [] });
        const text = 'fixed' in value ? value.fixed : generateSecret(value.generated, options.randomInt);
        put(name, { value: text, stages: ['AWSCURRENT'] });
      }
    },
    get(id) {
      for (const [name, secret] of secrets) if (id === name || id === secret.arn) return { name, ...secret };
      return undefined;
    },
    put,
  };
}

/** A stage is on one version at a time. */
function moveStages(version: SecretVersion, taken: readonly string[]): SecretVersion {
  const replaced = taken.includes('AWSCURRENT');
  const stages = version.stages.filter(
    (stage) => !taken.includes(stage) && !(replaced && stage === 'AWSPREVIOUS'),
  );
  if (replaced && version.stages.includes('AWSCURRENT')) stages.push('AWSPREVIOUS');
  return { ...version, stages };
}

function read(file: string): Map<string, z.infer<typeof fileSchema>[string]> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return new Map(Object.entries(fileSchema.parse(value)));
  } catch (cause) {
    // Without the cause: it could quote a secret.
    throw damagedState(cause instanceof Error ? `${file} (${cause.name})` : file);
  }
}
