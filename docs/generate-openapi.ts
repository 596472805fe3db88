/**
 * docs/openapi.json from the table that the functions parse and answer by (events/http-api.ts), so that it cannot drift.
 * `npm run docs` writes it; test/contracts/openapi.test.ts fails when that was forgotten.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commonErrors, type HttpContract, httpApi, sessionErrors } from '../events/http-api.ts';
import * as chat from '../events/http-contracts.ts';
import { type HttpRoute, httpRoutes } from '../functions/routes.ts';
import { type ErrorCode, errorTable } from '../shared/errors.ts';
import { convert, inputSchema, type Json, open, reference, type Schema } from './json-schemas.ts';

export interface OpenApiDocument extends Json {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>>; readonly [kind: string]: Json };
}

/**
 * The document, OpenAPI 3.1. A client must ignore fields that it does not know, so answers are open; `closed` answers may
 * have no other fields than the contract names, which is how our own answers are tested.
 */
export function openApiDocument({ closed = false } = {}): OpenApiDocument {
  const schemas = componentSchemas(closed);
  const paths: Record<string, Record<string, Json>> = {};
  for (const entry of httpRoutes) {
    const [method = '', path = ''] = entry.route.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(entry, httpApi[entry.route]) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Confab',
      version: '1',
      summary: 'Chat in your own AWS account',
      description:
        'Accounts, people, conversations and history. Messages travel over the socket: see docs/protocol.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8787', description: 'npm start' }],
    security: [],
    tags: tags.flatMap(([, name, description]) => (description ? [{ name, description }] : [])),
    paths,
    components: {
      schemas,
      responses: commonRefusals(),
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'From signing in; it lasts 15 minutes.',
        },
        botToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'Of a bot, `cb_…`; it lasts until it is replaced or the bot is deleted.',
        },
      },
    },
  };
}

/** By the beginning of the path; a tag is described once. */
const tags = [
  ['/admin', 'Administration', 'For those who run the deployment'],
  ['/auth', 'Accounts', 'Signing up and in, sessions, passwords, codes, the second factor'],
  ['/me', 'Profile', 'Your own profile and data'],
  ['/users', 'People', 'Other people'],
  ['/conversations', 'Conversations', 'Conversations, who is in them, and their history'],
  ['/rooms', 'Conversations', ''],
  ['/invite-links', 'Conversations', ''],
  ['/bots', 'Programs', 'Bots'],
  ['/notices', 'Notices and reports', 'What one should know, and what others should'],
  ['/reports', 'Notices and reports', ''],
  ['/', 'System', 'Health and keys'],
] as const;

function operation(entry: HttpRoute, contract: HttpContract): Json {
  const { route } = entry;
  const path = route.split(' ')[1] ?? '';
  return {
    operationId: operationId(route),
    summary: contract.summary,
    tags: [tags.find(([prefix]) => path.startsWith(prefix))?.[1]],
    security: securityOf(entry),
    ...parameters(path, contract.query),
    ...(contract.body && {
      requestBody: { required: true, content: { 'application/json': { schema: reference(contract.body) } } },
    }),
    responses: { ...answers(contract), ...refusals(contract, entry) },
  };
}

/** Any one of them will do; `{}` is none. */
function securityOf({ access, bots }: HttpRoute): Json[] {
  if (access === 'public') return [];
  return [...(access === 'optional' ? [{}] : []), { accessToken: [] }, ...(bots ? [{ botToken: [] }] : [])];
}

/** `DELETE /me/blocks/{user_id}` → `deleteMeBlocksByUserId` */
function operationId(route: string): string {
  const words = route.replace(/\{(\w+)\}/g, 'by-$1').match(/[A-Za-z]+/g) ?? [];
  return words
    .map((word, index) => (index === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
}

function parameters(path: string, query: Schema | undefined): Json {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const { properties = {}, required = [] } = query ? (inputSchema(query) as ObjectSchema) : {};
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  const all = [...inPath, ...inQuery];
  return all.length > 0 ? { parameters: all } : {};
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
}

function answers({ answers: byStatus }: HttpContract): Json {
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, schema]) => [
      status,
      {
        description: statusTexts[status] ?? status,
        ...(schema && { content: { 'application/json': { schema: reference(schema) } } }),
      },
    ]),
  );
}

const statusTexts: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Accepted, not finished',
  204: 'Done; there is nothing to say',
};

/** Every error is a problem of RFC 9457; its `code` says which one. */
function refusals(contract: HttpContract, { access, bots }: HttpRoute): Json {
  const notForBots = access !== 'public' && !bots;
  const errors: ErrorCode[] = [
    ...(contract.errors ?? []),
    ...(notForBots ? (['bot.not_allowed'] as const) : []),
  ];
  const codes: ErrorCode[] = [...commonErrors, ...(access === 'public' ? [] : sessionErrors), ...errors];
  const own = new Set(errors.map((code) => errorTable[code].status));
  const byStatus = Map.groupBy(new Set(codes), (code) => errorTable[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, these]) => [
      String(status),
      own.has(status) ? refusal(status, these) : { $ref: `#/components/responses/${status}` },
    ]),
  );
}

function refusal(status: number, codes: readonly ErrorCode[]): Json {
  return {
    description: codes.map((code) => `\`${code}\`: ${errorTable[code].title}`).join('; '),
    ...(status === 429 && {
      headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
    }),
    content: {
      'application/problem+json': {
        schema: { allOf: [reference(chat.problem), { properties: { code: { enum: codes } } }] },
      },
    },
  };
}

/** What many routes refuse with. */
function commonRefusals(): Json {
  const byStatus = Map.groupBy([...commonErrors, ...sessionErrors], (code) => errorTable[code].status);
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, refusal(status, codes)]));
}

const contracts: readonly HttpContract[] = Object.values(httpApi);

function componentSchemas(closed: boolean): Record<string, Json> {
  const bodies = contracts.flatMap(({ body }) => body ?? []);
  const replies = contracts.flatMap(({ answers: byStatus }) =>
    Object.values(byStatus).flatMap((s) => s ?? []),
  );
  const inputs = convert(bodies, 'input');
  const outputs = convert([...replies, chat.problem], 'output');
  const all = { ...inputs, ...(closed ? outputs : open(outputs)) };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b)));
}

if (import.meta.main) {
  const file = join(import.meta.dirname, 'openapi.json');
  writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
  console.log(`${Object.keys(httpApi).length} routes → docs/openapi.json`);
}
