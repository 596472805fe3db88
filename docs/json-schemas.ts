/** JSON Schemas of the contracts, under the names that their modules export them by: `tokensResponse` → `TokensResponse`. */
import * as z from 'zod/mini';
import * as account from '../events/account-contracts.ts';
import * as admin from '../events/admin-contracts.ts';
import * as bot from '../events/bot-contracts.ts';
import * as client from '../events/client-frames.ts';
import * as chat from '../events/http-contracts.ts';
import * as membership from '../events/membership-contracts.ts';
import * as server from '../events/server-frames.ts';
import * as user from '../events/user-contracts.ts';

export type Json = Record<string, unknown>;
export type Schema = z.ZodMiniType;

/** A schema that two modules export keeps its first name. */
const names = new Map<Schema, string>(
  [client, server, user, chat, membership, bot, admin, account].toReversed().flatMap((module) =>
    Object.entries(module)
      // Not every loader lists the names of a module in the same order.
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .filter((entry): entry is [string, Schema] => isSchema(entry[1]))
      .map(([name, schema]) => [schema, name.charAt(0).toUpperCase() + name.slice(1)] as const),
  ),
);

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

export function reference(schema: Schema): Json {
  const name = names.get(schema);
  if (name === undefined) throw new Error('a schema is exported by no contract of events/');
  return { $ref: `#/components/schemas/${name}` };
}

/** The schemas and those that they mention. */
export function convert(schemas: readonly Schema[], io: 'input' | 'output'): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names)
    if (io === 'output' || schemas.includes(schema)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const converted = z.toJSONSchema(registry, { io, uri, unrepresentable: 'any' }).schemas as Record<
    string,
    Json
  >;
  const wanted = new Set(schemas.map((schema) => names.get(schema) ?? ''));
  for (const name of wanted) for (const other of mentioned(converted[name])) wanted.add(other);
  return Object.fromEntries([...wanted].map((name) => [name, tidy(converted[name]) as Json]));
}

function mentioned(schema: unknown): string[] {
  return [...JSON.stringify(schema ?? {}).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name = '']) => name,
  );
}

export function inputSchema(schema: Schema): Json {
  return tidy(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })) as Json;
}

/** Without what a document's own schemas need not say, and without the range of every JSON number. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, entry]) => !saysNothing(key, entry));
  const tidied = Object.fromEntries(entries.map(([key, entry]) => [key, tidy(entry)]));
  if (typeof tidied.$ref !== 'string' || entries.length === 1) return tidied;
  // Beside a reference readers of older drafts see nothing else.
  const { $ref, ...beside } = tidied;
  return { allOf: [{ $ref }], ...beside };
}

function saysNothing(key: string, entry: unknown): boolean {
  const aboutTheSchema = typeof entry === 'string' && ['$schema', '$id', 'id'].includes(key);
  return aboutTheSchema || (typeof entry === 'number' && Math.abs(entry) === Number.MAX_SAFE_INTEGER);
}

export function open(value: unknown): Record<string, Json> {
  return withoutKey(value, 'additionalProperties', false) as Record<string, Json>;
}

function withoutKey(value: unknown, key: string, unwanted: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutKey(entry, key, unwanted));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, entry]) => !(name === key && entry === unwanted))
      .map(([name, entry]) => [name, withoutKey(entry, key, unwanted)]),
  );
}
