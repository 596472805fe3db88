/** Holds answers of the HTTP API against docs/openapi.json, closed: a field that the contract does not name is a leak. */
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApiDocument } from '../../docs/generate-openapi.ts';

const document = openApiDocument({ closed: true });
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(document, 'confab');

const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    literal: !path.includes('{'),
    pointer: `/paths/${path.replaceAll('/', '~1')}/${method}/responses`,
  })),
);

const validators = new Map<string, ValidateFunction>();

function validator(pointer: string): ValidateFunction {
  const known = validators.get(pointer);
  if (known) return known;
  const compiled = ajv.compile({ $ref: `confab#${encodeURI(pointer)}` } as AnySchema);
  validators.set(pointer, compiled);
  return compiled;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: unknown;
}

/** Throws when the documentation does not know this answer of this route. Paths that are no route are not its business. */
export function assertDocumented(method: string, path: string, answer: Answer): void {
  const plain = path.split('?')[0] ?? '';
  const matching = routes.filter((route) => route.method === method && route.pattern.test(plain));
  const route = matching.find(({ literal }) => literal) ?? matching[0];
  if (!route) return;
  const call = `${method} ${plain} → ${answer.status}`;
  const described = resolve(`${route.pointer}/${answer.status}`);
  if (!described) throw new Error(`${call}: docs/openapi.json does not know this status`);
  const [[type, pointer] = []] = Object.keys(described.value.content ?? {}).map(
    (name) => [name, `${described.pointer}/content/${name.replaceAll('/', '~1')}/schema`] as const,
  );
  if (type === undefined || pointer === undefined) {
    if (answer.body !== undefined)
      throw new Error(`${call}: has a body that docs/openapi.json does not know`);
    return;
  }
  if (!answer.contentType?.startsWith(type))
    throw new Error(`${call}: is ${answer.contentType}, not ${type}`);
  const validate = validator(pointer);
  if (!validate(answer.body)) throw new Error(`${call}: ${ajv.errorsText(validate.errors)}`);
}

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, unknown>>;
}

/** The response at a JSON pointer, through one `$ref`. */
function resolve(pointer: string): { readonly value: Response; readonly pointer: string } | undefined {
  const value = at(pointer) as Response | undefined;
  if (!value?.$ref) return value && { value, pointer };
  return resolve(value.$ref.slice(1));
}

function at(pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
}
