import type { Stack, TemplateResource } from './assembly.ts';
import type { Place } from './cloud-plan.ts';
import { noValue, refuseDynamicReferences, resolve, type Scope, truth } from './intrinsics.ts';
import type { PlanDraft } from './plan-draft.ts';
import type { Resource, ResourceValue } from './resource.ts';
import { isIgnored, resourceHandlers } from './resource-types.ts';
import { TemplateError } from './template-error.ts';

interface Surroundings {
  readonly place: Place;
  readonly draft: PlanDraft;
  /** What the stacks before this one export, by export name. */
  readonly exports: ReadonlyMap<string, unknown>;
}

/** One stack while it is read: a resource is handled when something refers to it, or at last in its turn. */
export class StackScope implements Scope {
  readonly #stack: Stack;
  readonly #surroundings: Surroundings;
  readonly #values = new Map<string, ResourceValue>();
  readonly #inProgress = new Set<string>();

  constructor(stack: Stack, surroundings: Surroundings) {
    this.#stack = stack;
    this.#surroundings = surroundings;
  }

  /** Handles every resource; answers the outputs by name, and the exports among them by export name. */
  run(): { outputs: Record<string, string>; exports: Map<string, unknown> } {
    const { Resources, Outputs } = this.#stack.template;
    for (const [logicalId, { Condition }] of Object.entries(Resources)) {
      if (Condition === undefined || this.condition(Condition)) this.#valueOf(logicalId);
    }
    const outputs: Record<string, string> = {};
    const exports = new Map<string, unknown>();
    for (const [name, output] of Object.entries(Outputs)) {
      if (output.Condition !== undefined && !this.condition(output.Condition)) continue;
      const value = this.#inStack(`output ${name}`, () => resolve(output.Value, this));
      refuseDynamicReferences(value);
      outputs[name] = String(value);
      if (output.Export) exports.set(String(resolve(output.Export.Name, this)), value);
    }
    return { outputs, exports };
  }

  ref(logicalId: string): unknown {
    const { region, accountId } = this.#surroundings.place;
    switch (logicalId) {
      case 'AWS::NoValue':
        return noValue;
      case 'AWS::Region':
        return region;
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return this.#stack.name;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${region}:${accountId}:stack/${this.#stack.name}/local`;
      case 'AWS::NotificationARNs':
        return [];
    }
    const parameter = this.#stack.template.Parameters[logicalId];
    if (parameter === undefined) return this.#valueOf(logicalId).ref;
    if (parameter.Default === undefined) throw new TemplateError(`The parameter ${logicalId} has no default`);
    return parameter.Default;
  }

  getAtt(logicalId: string, attribute: string): unknown {
    const value = this.#valueOf(logicalId).attributes[attribute];
    if (value !== undefined) return value;
    const type = this.#resource(logicalId).Type;
    if (isIgnored(type)) return `${this.#stack.name}-${logicalId}.${attribute}`;
    throw new TemplateError(`${logicalId} (${type}) has no attribute ${attribute} on a laptop`);
  }

  importValue(exportName: string): unknown {
    const value = this.#surroundings.exports.get(exportName);
    if (value === undefined) throw new TemplateError(`No stack before this one exports ${exportName}`);
    return value;
  }

  condition(name: string): boolean {
    const expression = this.#stack.template.Conditions[name];
    if (expression === undefined) throw new TemplateError(`There is no condition ${name}`);
    return truth(expression, this);
  }

  mapping(map: string, first: string, second: string): unknown {
    const value = this.#stack.template.Mappings[map]?.[first]?.[second];
    if (value === undefined) throw new TemplateError(`The mapping ${map} has no ${first}.${second}`);
    return value;
  }

  #resource(logicalId: string): TemplateResource {
    const resource = this.#stack.template.Resources[logicalId];
    if (resource === undefined) throw new TemplateError(`There is no resource or parameter ${logicalId}`);
    return resource;
  }

  #valueOf(logicalId: string): ResourceValue {
    const known = this.#values.get(logicalId);
    if (known !== undefined) return known;
    if (this.#inProgress.has(logicalId)) throw new TemplateError(`${logicalId} depends on itself`);
    this.#inProgress.add(logicalId);
    const value = this.#handle(logicalId, this.#resource(logicalId));
    this.#inProgress.delete(logicalId);
    this.#values.set(logicalId, value);
    return value;
  }

  #handle(
    logicalId: string,
    { Type: type, Properties, Metadata: metadata }: TemplateResource,
  ): ResourceValue {
    if (isIgnored(type)) return { ref: `${this.#stack.name}-${logicalId}`, attributes: {} };
    const handler = resourceHandlers[type];
    const where = `${logicalId} (${type})`;
    if (handler === undefined) {
      throw new TemplateError(
        `${this.#stack.name}/${where}: the embedded cloud does not know this type. ` +
          'Give it a handler, or list it as ignored, in localstack/template/resource-types.ts.',
      );
    }
    const { place, draft } = this.#surroundings;
    const { name: stackName, directory } = this.#stack;
    const resolved = this.#inStack(where, () => resolve(Properties, this));
    const properties = resolved as Resource['properties'];
    return handler({ stackName, logicalId, type, properties, metadata, directory, place }, draft);
  }

  #inStack<T>(where: string, action: () => T): T {
    try {
      return action();
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause);
      if (problem.startsWith(`${this.#stack.name}/`)) throw cause;
      throw new TemplateError(`${this.#stack.name}/${where}: ${problem}`, { cause });
    }
  }
}
