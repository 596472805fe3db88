import pMap from 'p-map';
import type { HistoryResponse, MessageView } from '../../events/http-contracts.ts';
import { backoffMs } from './backoff.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';
import { gapAfter, type Timeline } from './timeline.ts';

/** Two pushes may overtake each other; so long a hole is likely to close by itself. */
const patienceMs = 300;
const conversationsAtOnce = 4;

export interface GapRepairOptions {
  readonly environment: Pick<ClientEnvironment, 'setTimer' | 'random'>;
  timeline(convoId: string): Timeline | undefined;
  history(convoId: string, sinceSeq: number): Promise<HistoryResponse>;
  received(convoId: string, messages: readonly MessageView[]): void;
}

/** Fills the holes of timelines over HTTP, one request at a time for each conversation. */
export class GapRepair {
  readonly #options: GapRepairOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, Cancel>();
  #isConnected = false;

  constructor(options: GapRepairOptions) {
    this.#options = options;
  }

  /** While there is no connection nothing is repaired: the sync that begins the next one knows more. */
  setConnected(isConnected: boolean, convoIds: Iterable<string>): void {
    this.#isConnected = isConnected;
    if (!isConnected) this.stop();
    for (const convoId of convoIds) this.notice(convoId);
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Looks whether this conversation has a hole, and fills it soon. */
  notice(convoId: string): void {
    if (this.#isConnected && this.#gap(convoId) !== undefined) this.#schedule(convoId, patienceMs, 0);
  }

  /** Fills every hole now. Rejects with what the first failure says. */
  async repairAll(convoIds: Iterable<string>): Promise<void> {
    const broken = [...convoIds].filter((convoId) => this.#gap(convoId) !== undefined);
    await pMap(broken, (convoId) => this.#repair(convoId), { concurrency: conversationsAtOnce });
  }

  #gap(convoId: string): number | undefined {
    const timeline = this.#options.timeline(convoId);
    return timeline && gapAfter(timeline);
  }

  #schedule(convoId: string, delayMs: number, failures: number): void {
    if (this.#timers.has(convoId)) return;
    const { setTimer, random } = this.#options.environment;
    const attempt = (): void => {
      this.#timers.delete(convoId);
      this.#repair(convoId).catch(() => {
        if (this.#isConnected) this.#schedule(convoId, backoffMs(failures, random), failures + 1);
      });
    };
    this.#timers.set(convoId, setTimer(attempt, delayMs));
  }

  #repair(convoId: string): Promise<void> {
    const running = this.#running.get(convoId) ?? this.#fill(convoId);
    this.#running.set(convoId, running);
    return running.finally(() => this.#running.delete(convoId));
  }

  async #fill(convoId: string): Promise<void> {
    for (let since = this.#gap(convoId); since !== undefined; since = this.#gap(convoId)) {
      const page = await this.#options.history(convoId, since);
      this.#options.received(convoId, page.messages);
      // A read that lags behind the push that told us of the message: ask again in a moment.
      if (this.#gap(convoId) === since) throw new Error(`${convoId} has nothing after ${since} yet`);
    }
  }
}
