import type { SiteBehavior } from './cloud-plan.ts';
import type { PlanDraft } from './plan-draft.ts';

/** The behaviours of the distribution, each with its headers. Without one there is a default that sends none. */
export function completeSite({ distributions, headersPolicies }: PlanDraft): SiteBehavior[] {
  const behaviors = distributions[0]?.behaviors ?? [{ pathPattern: undefined, headersPolicyId: '' }];
  return behaviors.map(({ pathPattern, headersPolicyId }) => ({
    pathPattern,
    headers: headersPolicies.get(headersPolicyId) ?? {},
  }));
}
