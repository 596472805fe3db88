import * as z from 'zod/mini';
import type { Place } from './cloud-plan.ts';
import { refuseDynamicReferences } from './intrinsics.ts';
import type { PlanDraft } from './plan-draft.ts';
import { TemplateError } from './template-error.ts';

z.config(z.locales.en());

/** A resource with its properties resolved, and what a handler needs to make something of it. */
export interface Resource {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The folder of the template: relative asset paths start there. */
  readonly directory: string;
  readonly place: Place;
}

/** What `Ref` and `Fn::GetAtt` answer for a resource. */
export interface ResourceValue {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Adds what the resource stands for to the draft. */
export type ResourceHandler = (resource: Resource, draft: PlanDraft) => ResourceValue;

/** The name that CloudFormation would make up, without its random end: a restart must find what is there. */
export function physicalName(resource: Resource, maxLength: number, suffix = ''): string {
  const name = `${resource.stackName}-${resource.logicalId}`;
  return name.slice(0, maxLength - suffix.length) + suffix;
}

export function arnOf({ place }: Resource, service: string, name: string): string {
  return `arn:aws:${service}:${place.region}:${place.accountId}:${name}`;
}

/** `…:function:name`, as an ARN of its own or inside the invocation URI of API Gateway. */
export function functionNameOf(reference: string): string {
  return /:function:([\w-]+)/.exec(reference)?.[1] ?? reference;
}

/** The last part of a queue's ARN. */
export function queueNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

export function resourceError({ stackName, logicalId, type }: Resource, problem: string): TemplateError {
  return new TemplateError(`${stackName}/${logicalId} (${type}): ${problem}`);
}

/**
 * The properties, checked. `inert` names those that change nothing on a laptop; any other that the schema does not
 * know is an error, so that nothing which a template asks for is left out in silence.
 * @throws TemplateError that names stack, resource and property.
 */
export function readProperties<S extends z.ZodMiniObject>(
  resource: Resource,
  schema: S,
  inert: readonly string[] = [],
): z.infer<S> {
  for (const name of Object.keys(resource.properties)) {
    if (name in schema.shape || inert.includes(name) || name === 'Tags') continue;
    throw resourceError(resource, `the property ${name} is not supported on a laptop`);
  }
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) {
    refuseDynamicReferences(parsed.data);
    return parsed.data;
  }
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw resourceError(resource, problems.join('; '));
}

/** Numbers and booleans may come as texts: CloudFormation takes both. */
export const wholeNumber = z.pipe(
  z.union([z.int(), z.string().check(z.regex(/^\d+$/))]),
  z.transform(Number),
);
export const flag = z.pipe(
  z.union([z.boolean(), z.enum(['true', 'false'])]),
  z.transform((value) => value === true || value === 'true'),
);
