import { limits } from '../../shared/limits.ts';
import { backoffMs } from './backoff.ts';
import type { ConversationState } from './conversation-state.ts';
import type { Cancel, ClientEnvironment } from './environment.ts';
import { needsView } from './membership-state.ts';

/** What was pushed in pieces, or in another order, has come by then. */
const patienceMs = 300;
/** In a large conversation everybody may have to ask: not all at once. For one of the largest, at the most. */
const spreadMaxMs = 10_000;
/** Then it waits for the next news, or the next sync. */
const attemptsMax = 8;

export interface ViewRefreshOptions {
  readonly environment: Pick<ClientEnvironment, 'setTimer' | 'random'>;
  conversation(convoId: string): ConversationState | undefined;
  /** Asks what the conversation is, and shows it. */
  load(convoId: string): Promise<void>;
}

/** Asks for a conversation as it is when news of it were missed, or say less than one has to know. */
export class ViewRefresh {
  readonly #options: ViewRefreshOptions;
  readonly #timers = new Map<string, Cancel>();
  #isLive = false;

  constructor(options: ViewRefreshOptions) {
    this.#options = options;
  }

  /** While there is no connection nothing is asked: the sync that begins the next one tells. */
  setLive(isLive: boolean, convoIds: Iterable<string>): void {
    this.#isLive = isLive;
    if (!isLive) this.stop();
    for (const convoId of convoIds) this.notice(convoId);
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Look at this conversation soon. */
  notice(convoId: string): void {
    const conversation = this.#options.conversation(convoId);
    if (!this.#isLive || conversation === undefined || !needsView(conversation)) return;
    const share = Math.min(1, conversation.view.member_count / limits.conversationMembersMax);
    this.#schedule(convoId, patienceMs + this.#options.environment.random() * share * spreadMaxMs, 0);
  }

  #schedule(convoId: string, delayMs: number, failures: number): void {
    if (this.#timers.has(convoId)) return;
    const attempt = (): void => {
      this.#timers.delete(convoId);
      if (this.#isOutdated(convoId)) void this.#load(convoId, failures);
    };
    this.#timers.set(convoId, this.#options.environment.setTimer(attempt, delayMs));
  }

  async #load(convoId: string, failures: number): Promise<void> {
    await this.#options.load(convoId).catch(() => {});
    if (!this.#isLive || !this.#isOutdated(convoId) || failures + 1 >= attemptsMax) return;
    this.#schedule(convoId, backoffMs(failures, this.#options.environment.random), failures + 1);
  }

  #isOutdated(convoId: string): boolean {
    const conversation = this.#options.conversation(convoId);
    return conversation !== undefined && needsView(conversation);
  }
}
