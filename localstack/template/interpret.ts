import type { Stack } from './assembly.ts';
import type { CloudPlan, Place } from './cloud-plan.ts';
import { completeApis } from './complete-apis.ts';
import { completeSite } from './complete-site.ts';
import { emptyDraft } from './plan-draft.ts';
import { StackScope } from './stack-scope.ts';

/**
 * Reads the stacks as CloudFormation would, each after those that it imports from, and answers what is to be run.
 * Nothing is created: the same stacks and place always make the same plan.
 * @throws TemplateError for whatever a laptop cannot do; its message names stack, resource and property.
 */
export function interpret(stacks: readonly Stack[], place: Place): CloudPlan {
  const draft = emptyDraft();
  const exports = new Map<string, unknown>();
  const outputs: Record<string, Record<string, string>> = {};
  for (const stack of stacks) {
    const result = new StackScope(stack, { place, draft, exports }).run();
    outputs[stack.name] = result.outputs;
    for (const [name, value] of result.exports) exports.set(name, value);
  }
  const { tables, queues, topics, buckets, secrets, functions, eventSources, schedules } = draft;
  return {
    tables,
    queues,
    topics,
    buckets,
    secrets,
    functions,
    eventSources,
    schedules,
    outputs,
    ...completeApis(draft),
    siteBehaviors: completeSite(draft),
  };
}
