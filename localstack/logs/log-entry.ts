import type { BatchRecord } from '../event-sources/event-source-mapping.ts';
import type { AccessLogEntry } from '../gateway/runtime.ts';
import type { InvocationRecord } from '../lambda/runner.ts';

interface OfFunction {
  readonly function: string;
  readonly request_id: string | undefined;
}

/** One line of the log file. */
export type LogEntry =
  /** What a function printed: its JSON, or a text. */
  | ({ readonly kind: 'function'; readonly line: unknown } & OfFunction)
  | ({ readonly kind: 'invocation' } & OfFunction & Omit<InvocationRecord, 'functionName' | 'requestId'>)
  | ({ readonly kind: 'access'; readonly request_id: string } & Omit<AccessLogEntry, 'requestId'>)
  | ({ readonly kind: 'batch'; readonly function: string } & Omit<BatchRecord, 'functionName'>)
  /** What the cloud itself has to say. */
  | { readonly kind: 'cloud'; readonly level: 'WARN' | 'ERROR'; readonly message: string };
