import { createFaultRules, type FaultRules } from './fault-rules.ts';
import { startServiceTap } from './service-tap.ts';
import type { CallRecord, TappedService } from './tapped-call.ts';

export interface AwsTap {
  readonly faults: FaultRules;
  /** Every call since the start or the last `clear`, in the order of their ends. */
  readonly records: readonly CallRecord[];
  clear(): void;
  /** The address to give to functions instead of the service's own. */
  endpoint(service: TappedService): string;
  close(): Promise<void>;
}

/**
 * Stands between functions and their services, to count what a message costs and to let calls fail in ways that
 * emulators never show. `targets` are the addresses of the services.
 */
export async function startAwsTap(targets: Readonly<Record<TappedService, string>>): Promise<AwsTap> {
  const faults = createFaultRules();
  const records: CallRecord[] = [];
  const start = (service: TappedService) =>
    startServiceTap({
      service,
      target: targets[service],
      faults,
      onRecord: (record) => records.push(record),
    });
  const [dynamodb, sqs, secretsmanager, sesv2, sns, management] = await Promise.all([
    start('dynamodb'),
    start('sqs'),
    start('secretsmanager'),
    start('sesv2'),
    start('sns'),
    start('management-api'),
  ]);
  const taps = { dynamodb, sqs, secretsmanager, sesv2, sns, 'management-api': management };
  return {
    faults,
    records,
    clear: () => {
      records.length = 0;
    },
    endpoint: (service) => taps[service].endpoint,
    close: async () => {
      await Promise.all(Object.values(taps).map((tap) => tap.close()));
    },
  };
}
