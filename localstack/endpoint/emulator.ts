/** Which emulator answers at an AWS-compatible endpoint, and under which URLs its APIs are reached. */
import { StartupError } from '../cloud/startup-error.ts';

export const defaultEndpoint = 'http://127.0.0.1:4566';

/** The version that the deployment was proven on; docs/aws-compatible-endpoint.md. */
export const provenMiniStack = '1.5.33';

export interface Emulator {
  readonly name: 'LocalStack' | 'MiniStack';
  readonly version: string;
}

const waysToStart = [
  'Start one of them and try again:',
  '  LocalStack            LOCALSTACK_AUTH_TOKEN=… docker compose up -d',
  '  MiniStack             docker compose up -d ministack',
  `  without Docker        pip install ministack==${provenMiniStack}; npm exec -c 'BIND_HOST=127.0.0.1 ministack'`,
].join('\n');

/**
 * The origin to talk to. `localhost` becomes 127.0.0.1: it may mean ::1, where emulators do not listen, and S3 clients
 * put the bucket in front of a name, but never in front of an IP address.
 * @throws StartupError for anything but http(s)://host[:port].
 */
export function parseEndpoint(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw new StartupError(
      `--endpoint is "${value}", which is no origin.`,
      `Use http://host:port, as in ${defaultEndpoint}`,
    );
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  return url.origin;
}

/**
 * Asks the health pages. MiniStack's own comes first, because MiniStack answers LocalStack's as well.
 * https://docs.localstack.cloud/aws/capabilities/networking/internal-endpoints/
 * @throws StartupError when nothing answers, or something else does.
 */
export async function recognizeEmulator(
  endpoint: string,
  fetchPage: typeof fetch = fetch,
): Promise<Emulator> {
  const miniStack = await healthOf(`${endpoint}/_ministack/health`, fetchPage);
  if (miniStack) return { name: 'MiniStack', version: miniStack.version };
  const localStack = await healthOf(`${endpoint}/_localstack/health`, fetchPage);
  if (localStack) return { name: 'LocalStack', version: localStack.version };
  throw new StartupError(`What answers at ${endpoint} is neither LocalStack nor MiniStack.`, waysToStart);
}

async function healthOf(url: string, fetchPage: typeof fetch): Promise<{ version: string } | undefined> {
  const response = await fetchPage(url, { signal: AbortSignal.timeout(10_000) }).catch((cause: unknown) => {
    throw new StartupError(`Nothing answers at ${new URL(url).origin}.`, waysToStart, { cause });
  });
  const health: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
  if (typeof health !== 'object' || health === null || !('services' in health)) return undefined;
  return { version: 'version' in health ? String(health.version) : 'of unknown version' };
}

/**
 * Where clients and functions alike reach the WebSocket API's stage; `{apiId}` is filled in by the stack. The path
 * form, because the host form `<apiId>.execute-api.localhost` needs a resolver that knows such names. Functions run
 * beside MiniStack but in containers beside LocalStack, where only this name leads back to it.
 * https://docs.localstack.cloud/aws/capabilities/networking/accessing-endpoint-url/
 */
export function webSocketUrlTemplate({ name }: Pick<Emulator, 'name'>, endpoint: string): string {
  const url = new URL(endpoint);
  if (name === 'LocalStack') url.hostname = 'localhost.localstack.cloud';
  return `${url.origin.replace('http', 'ws')}/_aws/execute-api/{apiId}/v1`;
}

/** The HTTP API from this machine: of the URL that the stack puts out, only the API's id is of use here. */
export function reachableHttpUrl(endpoint: string, httpApiUrl: string): string {
  const [apiId] = new URL(httpApiUrl).hostname.split('.');
  return `${endpoint}/_aws/execute-api/${apiId}/$default`;
}
