import type { TappedCall, TappedService } from './tapped-call.ts';

export type FaultAction =
  /** The call does not go through; the SDK raises `errorType` (and retries what it retries). */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly errorType: string;
      readonly body?: Readonly<Record<string, unknown>>;
    }
  /** The call goes through, and its answer is lost: the connection breaks. */
  | { readonly kind: 'timeout-after-success' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The call goes through, then `kill` is called with the function, and only then the answer leaves. */
  | { readonly kind: 'kill-function-after'; readonly kill: (functionName: string) => Promise<unknown> };

export interface FaultRule {
  readonly service: TappedService;
  /** `*` for all. */
  readonly operation: string;
  /** All functions when not given. */
  readonly functionName?: string;
  /** How many calls it befalls; after that it is spent. */
  readonly times: number;
  /** How many matching calls it lets pass first; none unless told. */
  readonly skip?: number;
  readonly action: FaultAction;
}

export interface ActiveRule {
  /** How many calls it has befallen so far. */
  readonly hits: number;
  /** Resolves when the rule has befallen its last call. */
  readonly spent: Promise<void>;
  remove(): void;
}

export interface FaultRules {
  add(rule: FaultRule): ActiveRule;
  clear(): void;
  /** What befalls this call, if anything; it counts. */
  next(call: TappedCall): FaultAction | undefined;
}

/** The first rule that matches and is not spent decides. */
export function createFaultRules(): FaultRules {
  interface Entry {
    readonly rule: FaultRule;
    seen: number;
    hits: number;
    readonly onSpent: () => void;
  }
  const entries = new Set<Entry>();

  return {
    add(rule) {
      const { promise: spent, resolve: onSpent } = Promise.withResolvers<void>();
      const entry: Entry = { rule, seen: 0, hits: 0, onSpent };
      entries.add(entry);
      return {
        spent,
        remove: () => entries.delete(entry),
        get hits() {
          return entry.hits;
        },
      };
    },
    clear: () => entries.clear(),
    next(call) {
      for (const entry of entries) {
        if (!matches(entry.rule, call)) continue;
        entry.seen += 1;
        if (entry.seen <= (entry.rule.skip ?? 0)) continue;
        entry.hits += 1;
        if (entry.hits >= entry.rule.times) {
          entries.delete(entry);
          entry.onSpent();
        }
        return entry.rule.action;
      }
      return undefined;
    },
  };
}

function matches(rule: FaultRule, call: TappedCall): boolean {
  return (
    rule.service === call.service &&
    (rule.operation === '*' || rule.operation === call.operation) &&
    (rule.functionName === undefined || rule.functionName === call.functionName)
  );
}
