/**
 * What EventBridge hands to a target when a scheduled rule fires.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-eventbridge.html
 */
export function scheduledEvent({
  id,
  nowMs,
  ruleArn,
  place,
}: {
  readonly id: string;
  readonly nowMs: number;
  readonly ruleArn: string;
  readonly place: { readonly region: string; readonly accountId: string };
}): object {
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: place.accountId,
    // In whole seconds.
    time: `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
    region: place.region,
    resources: [ruleArn],
    detail: {},
  };
}
