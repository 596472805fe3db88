import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { TemplateError } from './template-error.ts';

const jsonObject = z.record(z.string(), z.unknown());

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z._default(jsonObject, {}),
  Metadata: z._default(jsonObject, {}),
  Condition: z.optional(z.string()),
});

const templateSchema = z.object({
  Parameters: z._default(z.record(z.string(), z.object({ Default: z.optional(z.unknown()) })), {}),
  Mappings: z._default(z.record(z.string(), z.record(z.string(), jsonObject)), {}),
  Conditions: z._default(jsonObject, {}),
  Resources: z._default(z.record(z.string(), resourceSchema), {}),
  Outputs: z._default(
    z.record(
      z.string(),
      z.object({
        Value: z.unknown(),
        Export: z.optional(z.object({ Name: z.unknown() })),
        Condition: z.optional(z.string()),
      }),
    ),
    {},
  ),
});

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      dependencies: z._default(z.array(z.string()), []),
      properties: z.optional(
        z.object({ templateFile: z.optional(z.string()), stackName: z.optional(z.string()) }),
      ),
    }),
  ),
});

export type Template = z.infer<typeof templateSchema>;
export type TemplateResource = z.infer<typeof resourceSchema>;

export interface Stack {
  readonly name: string;
  readonly template: Template;
  /** What relative asset paths start from. */
  readonly directory: string;
}

/**
 * The stacks that `cdk synth` wrote into `directory`, each after the ones that it depends on.
 * @throws TemplateError when the folder holds no cloud assembly.
 */
export function readAssembly(directory: string): Stack[] {
  const { artifacts } = parseFile(join(directory, 'manifest.json'), manifestSchema);
  const stacks: Stack[] = [];
  const seen = new Set<string>();

  const visit = (id: string): void => {
    const artifact = artifacts[id];
    if (artifact === undefined || seen.has(id)) return;
    seen.add(id);
    artifact.dependencies.forEach(visit);
    const file = artifact.properties?.templateFile;
    if (artifact.type !== 'aws:cloudformation:stack' || file === undefined) return;
    const template = parseFile(join(directory, file), templateSchema);
    stacks.push({ name: artifact.properties?.stackName ?? id, template, directory });
  };
  Object.keys(artifacts).forEach(visit);
  return stacks;
}

/** A template that was not read from a file. */
export function parseTemplate(template: unknown): Template {
  return templateSchema.parse(template);
}

function parseFile<T>(file: string, schema: { parse(value: unknown): T }): T {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return schema.parse(value);
  } catch (cause) {
    throw new TemplateError(
      `Cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}
