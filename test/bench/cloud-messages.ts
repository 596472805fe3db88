import type { CallRecord } from '../../localstack/aws-tap/tapped-call.ts';

/** What the load generator tells and asks the process of the cloud. */
export type Ask = 'records' | 'clear' | 'cpu' | 'stop';

/** `id` is the question's. */
export interface Question {
  readonly id: number;
  readonly ask: Ask;
}

export interface Answer {
  readonly id: number;
  readonly records?: readonly CallRecord[];
  /** CPU time of the process so far, milliseconds; without the database, which is a process of its own. */
  readonly cpuMs?: number;
}

export interface Ready {
  readonly url: string;
  /** Of each function, by its name. */
  readonly memoryMb: Readonly<Record<string, number>>;
}
