import type { ExportResponse } from '../../events/user-contracts.ts';
import type { AccountApi } from './account-api.ts';
import type { ClientEnvironment } from './environment.ts';
import { ProblemError } from './problem-error.ts';

/** Everything that is kept about a person, as one document. */
export interface ExportedData {
  readonly account: ExportResponse['account'];
  readonly messages: readonly ExportResponse['messages'][number][];
}

export interface ExportOptions {
  readonly api: Pick<AccountApi, 'exportPage'>;
  readonly environment: Pick<ClientEnvironment, 'setTimer'>;
  readonly signal: AbortSignal;
  /** How many messages have come so far. */
  onProgress(messageCount: number): void;
}

/**
 * Fetches page after page, and waits where the server asks for it: a long history has more pages than may be had at
 * once. Throws as the API does, and the signal's reason when it aborts.
 */
export async function exportData(options: ExportOptions): Promise<ExportedData> {
  const messages: ExportResponse['messages'] = [];
  let account: ExportResponse['account'];
  let cursor: string | undefined;
  do {
    const page = await patientPage(options, cursor);
    account ??= page.account;
    messages.push(...page.messages);
    options.onProgress(messages.length);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return { account, messages };
}

async function patientPage(options: ExportOptions, cursor: string | undefined): Promise<ExportResponse> {
  for (;;) {
    options.signal.throwIfAborted();
    try {
      return await options.api.exportPage(cursor, options.signal);
    } catch (error) {
      // Before the first page a refusal is better told than waited for.
      const waitMs = error instanceof ProblemError ? error.retryAfterMs : undefined;
      if (cursor === undefined || waitMs === undefined) throw error;
      await pause(options, waitMs);
    }
  }
}

function pause({ environment, signal }: ExportOptions, durationMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = environment.setTimer(resolve, durationMs);
    signal.addEventListener('abort', () => {
      cancel();
      reject(signal.reason);
    });
  });
}
