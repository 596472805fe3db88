import pMap from 'p-map';
import type { ChangesResponse, HistoryResponse, MessageView } from '../../events/http-contracts.ts';
import { backoffMs } from './backoff.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';
import { gapAfter } from './message-window.ts';
import { changesAfter, type Timeline } from './timeline.ts';

/** Two pushes may overtake each other; so long a hole is likely to close by itself. */
const patienceMs = 300;
const conversationsAtOnce = 4;

export interface GapRepairOptions {
  readonly environment: Pick<ClientEnvironment, 'setTimer' | 'random'>;
  timeline(convoId: string): Timeline | undefined;
  history(convoId: string, sinceSeq: number): Promise<HistoryResponse>;
  received(convoId: string, messages: readonly MessageView[]): void;
  changes(convoId: string, sinceRev: number): Promise<ChangesResponse>;
  changed(convoId: string, sinceRev: number, page: ChangesResponse): void;
}

/** Where a timeline lacks something. */
interface Gap {
  readonly messagesAfter: number | undefined;
  readonly changesAfter: number | undefined;
}

/** Fills the holes of timelines, in messages and in changes, over HTTP, one request at a time for each conversation. */
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

  #gap(convoId: string): Gap | undefined {
    const timeline = this.#options.timeline(convoId);
    if (timeline === undefined) return undefined;
    const gap = { messagesAfter: gapAfter(timeline), changesAfter: changesAfter(timeline) };
    return gap.messagesAfter === undefined && gap.changesAfter === undefined ? undefined : gap;
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
    for (let gap = this.#gap(convoId); gap !== undefined; gap = this.#gap(convoId)) {
      await this.#ask(convoId, gap);
      const left = this.#gap(convoId);
      // A read that lags behind the push that told us of more: ask again in a moment.
      if (left?.messagesAfter === gap.messagesAfter && left?.changesAfter === gap.changesAfter)
        throw new Error(`${convoId} has nothing after ${JSON.stringify(gap)} yet`);
    }
  }

  /** Messages first: what they lack of the changes is asked for after they are here. */
  async #ask(convoId: string, gap: Gap): Promise<void> {
    const options = this.#options;
    if (gap.messagesAfter !== undefined) {
      options.received(convoId, (await options.history(convoId, gap.messagesAfter)).messages);
    } else if (gap.changesAfter !== undefined) {
      const page = await options.changes(convoId, gap.changesAfter);
      options.changed(convoId, gap.changesAfter, page);
    }
  }
}
