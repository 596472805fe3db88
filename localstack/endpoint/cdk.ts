/** The CDK CLI, pointed at an emulator and unable to reach anything else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { devNull } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { repositoryRoot } from '../../infra/function-code.ts';
import { StartupError } from '../cloud/startup-error.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export const account = '000000000000';
export const region = 'us-east-1';

/**
 * The caller's environment without anything of AWS's: with a profile, a session token or a configured endpoint of
 * theirs in it, a deployment could end in a real account. S3 has its own variable, because the CLI's uploads follow
 * only that one.
 */
export function cdkEnvironment(callers: Variables, endpoint: string): Record<string, string | undefined> {
  const others = Object.fromEntries(Object.entries(callers).filter(([name]) => !/^(AWS|CDK)_/.test(name)));
  return {
    ...others,
    // cdk.json says `node`, and that must be this one.
    PATH: [dirname(process.execPath), callers.PATH].filter(Boolean).join(delimiter),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
  };
}

/** The arguments of `cdk deploy`, for every stack that the context leaves. */
export function deployArguments(context: Readonly<Record<string, string>>, outputsFile: string): string[] {
  const settings = Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]);
  return ['deploy', '--all', '--require-approval', 'never', '--outputs-file', outputsFile, ...settings];
}

/** Runs the CLI with its output shown. @throws StartupError when it fails. */
export async function runCdk(
  args: readonly string[],
  { endpoint, outDir }: { endpoint: string; outDir: string },
): Promise<void> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk');
  const child = spawn(process.execPath, [cli, ...args, '--output', outDir], {
    cwd: repositoryRoot,
    env: cdkEnvironment(process.env, endpoint),
    stdio: 'inherit',
  });
  const [code, signal] = await once(child, 'exit');
  if (code === 0) return;
  throw new StartupError(
    `cdk ${args[0]} failed (${signal ?? `exit code ${code}`}).`,
    'Its own output above says why.',
  );
}
