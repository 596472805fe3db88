import { TemplateError } from './template-error.ts';

/** What an expression may refer to. */
export interface Scope {
  /** The value of `Ref`: a resource, a parameter or a pseudo parameter. */
  ref(logicalId: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  importValue(exportName: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): unknown;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/** Property that a `Ref` to AWS::NoValue takes away. */
export const noValue = Symbol('AWS::NoValue');

/**
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(text('Ref', argument)),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, ...path] = Array.isArray(argument)
      ? argument.map((part) => text('Fn::GetAtt', resolve(part, scope)))
      : text('Fn::GetAtt', argument).split('.');
    return scope.getAtt(logicalId ?? '', path.join('.'));
  },
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = list('Fn::Join', argument);
    const resolved = list('Fn::Join', resolve(parts, scope));
    return resolved.map((part) => text('Fn::Join', part)).join(text('Fn::Join', separator));
  },
  'Fn::Sub': substitute,
  'Fn::Select': (argument, scope) => {
    const [index, options] = list('Fn::Select', resolve(argument, scope));
    const chosen = list('Fn::Select', options)[Number(index)];
    if (chosen === undefined) throw new TemplateError(`Fn::Select: nothing at index ${String(index)}`);
    return chosen;
  },
  'Fn::Split': (argument, scope) => {
    const [separator, whole] = list('Fn::Split', resolve(argument, scope));
    return text('Fn::Split', whole).split(text('Fn::Split', separator));
  },
  'Fn::ImportValue': (argument, scope) =>
    scope.importValue(text('Fn::ImportValue', resolve(argument, scope))),
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = list('Fn::FindInMap', resolve(argument, scope)).map((part) =>
      text('Fn::FindInMap', part),
    );
    return scope.mapping(map ?? '', first ?? '', second ?? '');
  },
  'Fn::If': (argument, scope) => {
    const [condition, whenTrue, whenFalse] = list('Fn::If', argument);
    return resolve(scope.condition(text('Fn::If', condition)) ? whenTrue : whenFalse, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list('Fn::Equals', resolve(argument, scope));
    return String(left) === String(right);
  },
  'Fn::Not': (argument, scope) => !truth(list('Fn::Not', argument)[0], scope),
  'Fn::And': (argument, scope) => list('Fn::And', argument).every((part) => truth(part, scope)),
  'Fn::Or': (argument, scope) => list('Fn::Or', argument).some((part) => truth(part, scope)),
};

/**
 * The value with every intrinsic function in it replaced by its result. Dynamic references stay as they are: most stand
 * where nothing on a laptop reads them; whoever reads a value refuses them (`refuseDynamicReferences`).
 * @throws TemplateError for a function that is not supported, and for references to nothing.
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'))) {
    const intrinsic = intrinsics[name];
    if (intrinsic === undefined) throw new TemplateError(`The function ${name} is not supported`);
    return intrinsic(argument, scope);
  }
  const resolved = entries.map(([key, inner]) => [key, resolve(inner, scope)] as const);
  return Object.fromEntries(resolved.filter(([, inner]) => inner !== noValue));
}

/** @throws TemplateError when there is a `{{resolve:…}}` in the value, which would pass for the value itself. */
export function refuseDynamicReferences(value: unknown): void {
  const [found] = JSON.stringify(value ?? null).match(/\{\{resolve:[^}]*\}\}/) ?? [];
  if (found !== undefined) throw new TemplateError(`Dynamic references are not supported: ${found}`);
}

/** The truth of a condition expression, in which `{Condition: name}` refers to another condition. */
export function truth(expression: unknown, scope: Scope): boolean {
  if (typeof expression === 'object' && expression !== null && 'Condition' in expression) {
    return scope.condition(text('Condition', expression.Condition));
  }
  return resolve(expression, scope) === true;
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables = {}] = Array.isArray(argument) ? argument : [argument];
  const given = resolve(variables, scope);
  return text('Fn::Sub', template).replaceAll(/\$\{([^}]*)\}/g, (_whole, expression: string) => {
    if (expression.startsWith('!')) return `\${${expression.slice(1)}}`;
    const name = expression.trim();
    if (isObject(given) && Object.hasOwn(given, name)) return text('Fn::Sub', given[name]);
    const dot = name.indexOf('.');
    const value = dot < 0 ? scope.ref(name) : scope.getAtt(name.slice(0, dot), name.slice(dot + 1));
    return text('Fn::Sub', value);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(where: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(`${where} needs a text and got ${JSON.stringify(value)}`);
}

function list(where: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new TemplateError(`${where} needs a list and got ${JSON.stringify(value)}`);
}
