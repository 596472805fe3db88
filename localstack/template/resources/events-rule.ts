import * as z from 'zod/mini';
import {
  arnOf,
  functionNameOf,
  physicalName,
  type Resource,
  type ResourceHandler,
  readProperties,
  resourceError,
} from '../resource.ts';

const ruleProperties = z.object({
  Name: z.optional(z.string()),
  EventBusName: z._default(z.literal('default'), 'default'),
  ScheduleExpression: z.optional(z.string()),
  State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
  Targets: z._default(
    z.array(
      z.strictObject({
        Arn: z.string(),
        Id: z.string(),
        /** JSON text that takes the place of the event. */
        Input: z.optional(z.string()),
        // For events that EventBridge cannot hand to Lambda, which does not happen here.
        RetryPolicy: z.optional(z.unknown()),
        DeadLetterConfig: z.optional(z.unknown()),
      }),
    ),
    [],
  ),
});

const inert = ['Description', 'RoleArn'];

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 24 * 3_600_000 };

/** AWS::Events::Rule that runs functions at a rate. */
export const eventsRule: ResourceHandler = (resource, draft) => {
  const { ScheduleExpression: expression, ...properties } = readProperties(resource, ruleProperties, inert);
  if (expression === undefined) {
    throw resourceError(resource, 'the embedded cloud runs rules with a ScheduleExpression only');
  }
  const ruleName = properties.Name ?? physicalName(resource, 64);
  const ruleArn = arnOf(resource, 'events', `rule/${ruleName}`);
  const everyMs = rateOf(resource, expression);
  const targets = properties.Targets.map(({ Arn, Id, Input }) => {
    if (!Arn.includes(':function:')) {
      throw resourceError(resource, `the target ${Id} is ${Arn}; only functions are supported on a laptop`);
    }
    return { functionName: functionNameOf(Arn), input: inputOf(resource, Id, Input) };
  });
  if (properties.State === 'ENABLED') draft.schedules.push({ ruleName, ruleArn, everyMs, targets });
  return { ref: ruleName, attributes: { Arn: ruleArn } };
};

/**
 * The interval in milliseconds. The unit of 1 is singular and of more is plural, as EventBridge insists.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
function rateOf(resource: Resource, expression: string): number {
  const [, value = '', unit = '', plural] =
    /^rate\(([1-9]\d{0,8}) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const count = Number(value);
  const everyMs = count * (unitMs[unit] ?? 0);
  if (everyMs > 0 && (count === 1) === (plural === '')) return everyMs;
  const known = 'rate(1 minute), rate(5 minutes), and so with hours and days';
  throw resourceError(
    resource,
    `the schedule ${expression} is not supported on a laptop, which knows ${known}`,
  );
}

function inputOf(resource: Resource, id: string, input: string | undefined): unknown {
  if (input === undefined) return undefined;
  try {
    return JSON.parse(input);
  } catch {
    throw resourceError(resource, `the Input of the target ${id} is not JSON`);
  }
}
