/** The synthesized templates as the infra tests look at them: all stacks at once, references resolved to names. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { synthesize } from '../../infra/confab-app.ts';

type StackName = 'data' | 'edge' | 'messaging' | 'api' | 'web';

export interface Resource<Properties> {
  readonly stack: string;
  /** The logical id without its hash: `MessagesQueue`. */
  readonly name: string;
  readonly type: string;
  readonly properties: Properties;
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
  readonly dependsOn: readonly string[];
}

interface RawTemplate {
  readonly Resources: Record<
    string,
    {
      readonly Type: string;
      readonly Properties?: unknown;
      readonly DeletionPolicy?: string;
      readonly UpdateReplacePolicy?: string;
      readonly DependsOn?: readonly string[];
    }
  >;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>;
}

export interface Cloud {
  readonly stacks: readonly string[];
  /** For assertions in the CDK's own words. */
  template(stack: StackName): Template;
  resources<Properties = unknown>(type: string): Resource<Properties>[];
  everything(): Resource<unknown>[];
  /** A value with its references as names: `arn:…:<Table>` becomes readable, imports are followed to their export. */
  readable(value: unknown): string;
}

const withoutHash = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');

/** Without a sender every synthesis would warn that no mail can be sent. */
const mailFrom = 'Confab <no-reply@example.com>';

/** Synthesizes with code that needs no build. `web` true adds a client of one page. */
export function synthesizeCloud(
  options: { context?: Record<string, unknown>; web?: boolean; validate?: boolean } = {},
): Cloud {
  const folder = mkdtempSync(join(tmpdir(), 'confab-infra-'));
  try {
    const webDir = join(folder, 'web');
    mkdirSync(webDir);
    writeFileSync(join(webDir, 'index.html'), '<!doctype html>');
    const assembly = synthesize({
      code: () => Code.fromInline('export const handler = async () => {};'),
      outDir: join(folder, 'cdk.out'),
      context: { mailFrom, ...options.context },
      webDir: options.web ? webDir : undefined,
      validate: options.validate ?? false,
    });
    return cloudOf(
      Object.fromEntries(assembly.stacks.map((stack) => [stack.stackName, stack.template as RawTemplate])),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function cloudOf(templates: Readonly<Record<string, RawTemplate>>): Cloud {
  const exported = new Map<string, unknown>();
  for (const { Outputs } of Object.values(templates)) {
    for (const { Value, Export } of Object.values(Outputs ?? {}))
      if (Export) exported.set(Export.Name, Value);
  }
  const everything = () =>
    Object.entries(templates).flatMap(([stack, { Resources }]) =>
      Object.entries(Resources).map(([id, resource]) => ({
        stack,
        name: withoutHash(id),
        type: resource.Type,
        properties: resource.Properties ?? {},
        deletionPolicy: resource.DeletionPolicy,
        updateReplacePolicy: resource.UpdateReplacePolicy,
        dependsOn: (resource.DependsOn ?? []).map(withoutHash),
      })),
    );
  return {
    stacks: Object.keys(templates),
    template: (stack) => {
      const found = Object.entries(templates).find(([name]) => name.endsWith(`-${stack}`));
      if (!found) throw new Error(`There is no ${stack} stack.`);
      return Template.fromJSON(found[1]);
    },
    everything,
    resources: <Properties>(type: string) =>
      everything().filter((resource) => resource.type === type) as unknown as Resource<Properties>[],
    readable: (value) => readable(value, exported),
  };
}

/** Resolves the intrinsic functions that the templates use. */
function readable(value: unknown, exported: ReadonlyMap<string, unknown>): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(value);
  switch (intrinsic) {
    case 'Ref':
      return withoutHash(String(argument));
    case 'Fn::GetAtt': {
      const [id, attribute] = argument as [string, string];
      return attribute === 'Arn' ? withoutHash(id) : `${withoutHash(id)}.${attribute}`;
    }
    case 'Fn::ImportValue':
      return readable(exported.get(String(argument)), exported);
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((part) => readable(part, exported)).join(separator);
    }
    default:
      return JSON.stringify(value);
  }
}
