import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { closeServer, listenOnLoopback } from '../loopback-server.ts';
import type { SecretStore, SecretVersion, StoredSecret } from './secret-store.ts';

export interface SecretsServer {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  close(): Promise<void>;
}

class SecretsError extends Error {
  readonly code: 'ResourceNotFoundException' | 'InvalidParameterException' | 'UnknownOperationException';

  constructor(code: SecretsError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const getInput = z.object({
  SecretId: z.string(),
  VersionId: z.optional(z.string()),
  VersionStage: z.optional(z.string()),
});
const putInput = z.object({
  SecretId: z.string(),
  SecretString: z.string(),
  ClientRequestToken: z.optional(z.string()),
  VersionStages: z._default(z.array(z.string()), ['AWSCURRENT']),
});
const describeInput = z.object({ SecretId: z.string() });

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html, as far as functions use it. */
const actions = {
  GetSecretValue: (store, input) => {
    const { SecretId, VersionId, VersionStage } = parse(getInput, input);
    const secret = find(store, SecretId);
    const version = pick(secret, VersionId, VersionStage);
    return { ...identity(secret), ...describeVersion(version), SecretString: version.value };
  },
  PutSecretValue: (store, input) => {
    const { SecretId, SecretString, ClientRequestToken, VersionStages } = parse(putInput, input);
    const secret = find(store, SecretId);
    const sameToken = secret.versions.find(({ id }) => id === ClientRequestToken);
    if (sameToken && sameToken.value !== SecretString) {
      throw new SecretsError('InvalidParameterException', 'This ClientRequestToken has another value.');
    }
    const version =
      sameToken ??
      store.put(secret.name, { id: ClientRequestToken, value: SecretString, stages: VersionStages });
    return { ...identity(secret), VersionId: version.id, VersionStages: version.stages };
  },
  DescribeSecret: (store, input) => {
    const secret = find(store, parse(describeInput, input).SecretId);
    const staged = secret.versions.filter(({ stages }) => stages.length > 0);
    return {
      ...identity(secret),
      VersionIdsToStages: Object.fromEntries(staged.map(({ id, stages }) => [id, stages])),
    };
  },
} satisfies Record<string, (store: SecretStore, input: unknown) => object>;

function find(store: SecretStore, id: string): StoredSecret {
  const secret = store.get(id);
  if (secret !== undefined) return secret;
  throw new SecretsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

function pick({ versions }: StoredSecret, id: string | undefined, stage: string | undefined): SecretVersion {
  const wantedStage = stage ?? (id === undefined ? 'AWSCURRENT' : undefined);
  const version = versions.find(
    (candidate) =>
      (id === undefined || candidate.id === id) &&
      (wantedStage === undefined || candidate.stages.includes(wantedStage)),
  );
  if (version !== undefined) return version;
  throw new SecretsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${id ?? `staging label: ${wantedStage}`}`,
  );
}

function identity({ arn, name }: StoredSecret) {
  return { ARN: arn, Name: name };
}

function describeVersion({ id, stages, createdMs }: SecretVersion) {
  return { VersionId: id, VersionStages: stages, CreatedDate: createdMs / 1000 };
}

function parse<T>(schema: { safeParse(value: unknown): { success: boolean; data?: T } }, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success && parsed.data !== undefined) return parsed.data;
  throw new SecretsError('InvalidParameterException', 'A parameter is missing or has the wrong type.');
}

/** Secrets Manager over AWS JSON 1.1, for functions on this machine only: it refuses what a web page sends. */
export async function startSecretsServer(store: SecretStore): Promise<SecretsServer> {
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    void answer(store, request, response);
  });
  const endpoint = await listenOnLoopback(server);
  return {
    endpoint,
    close: () => closeServer(server),
  };
}

async function answer(store: SecretStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.setHeader('x-amzn-requestid', randomUUID());
  try {
    const target = String(request.headers['x-amz-target']);
    const name = /^secretsmanager\.(\w+)$/.exec(target)?.[1] ?? '';
    if (!isAction(name) || request.headers.origin !== undefined) {
      throw new SecretsError('UnknownOperationException', `There is no ${target}.`);
    }
    response.end(JSON.stringify(actions[name](store, await readJson(request))));
  } catch (error) {
    response.statusCode = error instanceof SecretsError ? 400 : 500;
    const __type = error instanceof SecretsError ? error.code : 'InternalServiceError';
    const Message = error instanceof SecretsError ? error.message : 'An error occurred on the server side.';
    response.end(JSON.stringify({ __type, Message }));
  }
}

function isAction(name: string): name is keyof typeof actions {
  return Object.hasOwn(actions, name);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new SecretsError('InvalidParameterException', 'The body is not valid JSON.');
  }
}
