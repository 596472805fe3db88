/**
 * Deploys infra/app.ts with the real CDK to LocalStack or MiniStack.
 *
 *     node localstack/endpoint/deploy.ts [--endpoint http://127.0.0.1:4566] [--check]
 *
 * `--check` then lets two people talk over what was deployed and prints what it measured.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { repositoryRoot } from '../../infra/function-code.ts';
import { StartupError } from '../cloud/startup-error.ts';
import { demoEmail, demoPeople } from '../seed/demo-script.ts';
import { account, deployArguments, region, runCdk } from './cdk.ts';
import {
  defaultEndpoint,
  parseEndpoint,
  reachableHttpUrl,
  recognizeEmulator,
  webSocketUrlTemplate,
} from './emulator.ts';
import { describeTalk, talk } from './talk.ts';

export interface Deployment {
  /** Both as reachable from this machine. */
  readonly httpUrl: string;
  readonly webSocketUrl: string;
}

/** A name for documentation (RFC 2606), so that no real mailbox is named. MiniStack sends nothing, it keeps. */
const mailFrom = 'Confab <no-reply@example.com>';

const apiOutputs = z.object({ HttpApiUrl: z.string(), WebSocketUrl: z.string() });

/** Finds the API stack's outputs in what `cdk deploy --outputs-file` wrote. */
export function readOutputs(text: string): z.infer<typeof apiOutputs> {
  const stacks: unknown[] = Object.values(JSON.parse(text));
  for (const stack of stacks) {
    const parsed = apiOutputs.safeParse(stack);
    if (parsed.success) return parsed.data;
  }
  throw new Error('no deployed stack puts out HttpApiUrl and WebSocketUrl');
}

/** Bootstraps and deploys, and waits until the deployment answers. */
export async function deploy(endpoint: string): Promise<Deployment> {
  const emulator = await recognizeEmulator(endpoint);
  console.log(`${emulator.name} ${emulator.version} answers at ${endpoint}`);
  // Of its own, so that a `cdk synth` for AWS at the same time finds its own in cdk.out.
  const outDir = join(repositoryRoot, '.local', 'endpoint', 'cdk.out');
  const outputsFile = join(repositoryRoot, '.local', 'endpoint', 'outputs.json');
  // No page: it asks CloudFront's and API Gateway's own host names for everything, and its upload is a Python function
  // that needs boto3, which MiniStack does not bring.
  const context = {
    webSocketUrl: webSocketUrlTemplate(emulator, endpoint),
    site: 'false',
    adminEmails: demoEmail(demoPeople[0]),
    // The address and not its domain: MiniStack's identity has no DNS tokens to print.
    ...(emulator.name === 'MiniStack' && { mailFrom, mailIdentity: 'address' }),
  };
  await runCdk(['bootstrap', `aws://${account}/${region}`], { endpoint, outDir });
  await runCdk(deployArguments(context, outputsFile), { endpoint, outDir });

  const outputs = readOutputs(readFileSync(outputsFile, 'utf8'));
  const httpUrl = reachableHttpUrl(endpoint, outputs.HttpApiUrl);
  await checkHealth(httpUrl);
  return { httpUrl, webSocketUrl: outputs.WebSocketUrl };
}

async function checkHealth(httpUrl: string): Promise<void> {
  // A first invocation may have to fetch the image of the Lambda runtime.
  const response = await fetch(`${httpUrl}/health`, { signal: AbortSignal.timeout(180_000) });
  const body = await response.text();
  if (response.status === 200) return;
  throw new StartupError(
    `GET /health answers ${response.status}: ${body.slice(0, 300)}`,
    "The emulator's log shows what its Lambda did; functions need Node.js 24 there.",
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { endpoint: { type: 'string', default: defaultEndpoint }, check: { type: 'boolean' } },
  });
  const { httpUrl, webSocketUrl } = await deploy(parseEndpoint(values.endpoint));
  console.log(`\nConfab is deployed and healthy.\n  HTTP API   ${httpUrl}\n  WebSocket  ${webSocketUrl}`);
  if (values.check) console.log(describeTalk(await talk(httpUrl, { messages: 20 })));
  else console.log(`\nThe flows over it:  CONFAB_URL='${httpUrl}' npx vitest run test/flows`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    if (!(error instanceof StartupError)) throw error;
    console.error(`${error.message}\n${error.wayOut}`);
    process.exitCode = 1;
  });
}
