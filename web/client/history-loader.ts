import type { HistoryResponse } from '../../events/http-contracts.ts';
import { limits } from '../../shared/limits.ts';
import type { Api } from './api.ts';
import { messageAt, olderBefore } from './message-window.ts';
import type { Timeline } from './timeline.ts';

/** Farther back than so many large pages, the way there is not loaded. */
const pagesBack = 3;

export interface HistoryLoaderOptions {
  readonly api: Pick<Api, 'history'>;
  timeline(convoId: string): Timeline | undefined;
  /** `rev`: the timeline's when the page was asked for. */
  onOlder(convoId: string, page: HistoryResponse, rev: number): void;
}

/** Pages back, one request at a time for each conversation. */
export class HistoryLoader {
  readonly #options: HistoryLoaderOptions;
  readonly #loading = new Map<string, Promise<void>>();

  constructor(options: HistoryLoaderOptions) {
    this.#options = options;
  }

  /** Loads one page before what is held. Does nothing if there is none. */
  loadOlder(convoId: string, limit: number = limits.historyPageDefault): Promise<void> {
    const loading = this.#loading.get(convoId) ?? this.#fetchOlder(convoId, limit);
    this.#loading.set(convoId, loading);
    return loading.finally(() => this.#loading.delete(convoId));
  }

  /** Pages back to this message. False if it is too far away, or if there is no such message. */
  async loadBackTo(convoId: string, seqNo: number): Promise<boolean> {
    for (let page = 0; page <= pagesBack; page += 1) {
      const timeline = this.#options.timeline(convoId);
      if (timeline === undefined) return false;
      if (messageAt(timeline, seqNo) !== undefined) return true;
      const before = olderBefore(timeline);
      const pagesLeft = pagesBack - page;
      if (before === undefined || before - seqNo > pagesLeft * limits.historyPageMax) return false;
      await this.loadOlder(convoId, limits.historyPageMax);
    }
    return false;
  }

  async #fetchOlder(convoId: string, limit: number): Promise<void> {
    const timeline = this.#options.timeline(convoId);
    const beforeSeq = timeline && olderBefore(timeline);
    if (timeline === undefined || beforeSeq === undefined) return;
    const page = await this.#options.api.history(convoId, { before_seq: beforeSeq, limit });
    this.#options.onOlder(convoId, page, timeline.rev);
  }
}
