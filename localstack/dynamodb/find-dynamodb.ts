import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { StartupError } from '../cloud/startup-error.ts';

/** A DynamoDB that runs already, or the program to run. */
export type DynamoDbSource =
  | { readonly kind: 'endpoint'; readonly url: string }
  | { readonly kind: 'program'; readonly file: string };

export interface FindOptions {
  /** DYNAMODB_ENDPOINT and PATH are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly arch: string;
  /** The folder of an installed package, or undefined. */
  readonly packageFolder?: (name: string) => string | undefined;
  readonly isExecutable?: (file: string) => boolean;
}

const version = '1.2.1';

/**
 * DYNAMODB_ENDPOINT if it is set, else the `dynoxide` program: of the package for this system, of the package
 * `dynoxide`, or on the PATH.
 * @throws StartupError that says how to get it.
 */
export function findDynamoDb(options: FindOptions): DynamoDbSource {
  const { environment, platform, arch } = options;
  const { packageFolder = installedPackage, isExecutable = canExecute } = options;
  const endpoint = environment.DYNAMODB_ENDPOINT;
  if (endpoint) return { kind: 'endpoint', url: checkedEndpoint(endpoint) };

  const platformPackage = `@dynoxide/${platform}-${arch}`;
  const program = platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  const candidates = [
    inFolder(packageFolder(platformPackage), program),
    inFolder(packageFolder('dynoxide'), join('bin', program)),
    ...(environment.PATH ?? '')
      .split(delimiter)
      .filter((folder) => folder !== '' && !folder.endsWith(join('node_modules', '.bin')))
      .map((folder) => join(folder, program)),
  ];
  const file = candidates.find((candidate) => candidate !== undefined && isExecutable(candidate));
  if (file !== undefined) return { kind: 'program', file };
  throw new StartupError(
    `DynamoDB for this system (${platform}-${arch}) is not installed.`,
    `Run \`npm i --no-save ${platformPackage}@${version}\`, or put a \`dynoxide\` ${version} program on the PATH, ` +
      'or set DYNAMODB_ENDPOINT to a DynamoDB that runs already, such as http://127.0.0.1:8000 of DynamoDB local.',
  );
}

function checkedEndpoint(endpoint: string): string {
  if (URL.canParse(endpoint) && /^https?:/.test(endpoint)) return endpoint.replace(/\/$/, '');
  throw new StartupError(
    `DYNAMODB_ENDPOINT is "${endpoint}", which is no http(s) address.`,
    'Set it to something like http://127.0.0.1:8000, or leave it out.',
  );
}

function inFolder(folder: string | undefined, file: string): string | undefined {
  return folder === undefined ? undefined : join(folder, file);
}

function installedPackage(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function canExecute(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
