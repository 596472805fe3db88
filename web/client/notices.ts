import type { ServerEvent } from '../../events/server-frames.ts';
import type { ClientEnvironment } from './environment.ts';
import { Expiry } from './expiry.ts';
import type { ModerationApi } from './moderation-api.ts';
import { nextNoticeEndMs, withNotice, withoutExpired, withoutNotice } from './notice-state.ts';
import { ProblemError } from './problem-error.ts';
import type { StateCell } from './state-cell.ts';

export interface NoticesOptions {
  readonly cell: StateCell;
  readonly api: Pick<ModerationApi, 'dismissNotice'>;
  readonly environment: Pick<ClientEnvironment, 'now' | 'setTimer'>;
}

/** What this person should know: kept until it is over, or dismissed on any of their devices (`activeNotices`). */
export class Notices {
  readonly #cell: StateCell;
  readonly #api: NoticesOptions['api'];
  readonly #expiry: Expiry;

  constructor({ cell, api, environment }: NoticesOptions) {
    this.#cell = cell;
    this.#api = api;
    this.#expiry = new Expiry(
      environment,
      (nowMs) => nextNoticeEndMs(cell.current.notices, nowMs),
      (nowMs) => cell.set({ notices: withoutExpired(cell.current.notices, nowMs) }),
    );
  }

  /** Do not show it any more, on any device. It is shown again if that fails: throws ProblemError, UnreachableError. */
  async dismiss(id: string): Promise<void> {
    const notice = this.#cell.current.notices.get(id);
    this.#drop(id);
    try {
      await this.#api.dismissNotice(id);
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'notice.not_found') return;
      if (notice !== undefined)
        this.#cell.set({ notices: new Map(this.#cell.current.notices).set(id, notice) });
      throw error;
    }
  }

  handle(event: ServerEvent): void {
    if (event.type === 'system.notice') {
      this.#cell.set({ notices: withNotice(this.#cell.current.notices, event) });
      this.#expiry.schedule();
    } else if (event.type === 'notice.dismissed') this.#drop(event.notice_id);
  }

  /** A sync told of these, and of no others: whatever else was shown is over. */
  heardAll(ids: ReadonlySet<string>): void {
    const { notices } = this.#cell.current;
    const left = [...notices].filter(([id, notice]) => notice === undefined || ids.has(id));
    if (left.length < notices.size) this.#cell.set({ notices: new Map(left) });
  }

  stop(): void {
    this.#expiry.stop();
  }

  #drop(id: string): void {
    this.#cell.set({ notices: withoutNotice(this.#cell.current.notices, id) });
  }
}
