import type { ServerEvent } from '../../events/server-frames.ts';

/**
 * A sync tells of all open invitations and notices, so that what it leaves out is over. Live events come in between, and
 * while two sockets overlap two syncs may: then neither says for certain what it left out.
 */
export class SyncSweep {
  readonly #onAll: (heard: { invites: ReadonlySet<string>; notices: ReadonlySet<string> }) => void;
  #invites = new Set<string>();
  #notices = new Set<string>();
  #begun = 0;

  constructor(onAll: (heard: { invites: ReadonlySet<string>; notices: ReadonlySet<string> }) => void) {
    this.#onAll = onAll;
  }

  begin(): void {
    this.#begun += 1;
    this.#invites = new Set();
    this.#notices = new Set();
  }

  handle(event: ServerEvent): void {
    if (event.type === 'invite.update') this.#invites.add(event.invite.convo_id);
    if (event.type === 'system.notice' && event.notice_id !== undefined) this.#notices.add(event.notice_id);
    if (event.type === 'synced') this.#end();
  }

  /** What had begun on a lost connection never ends. */
  forget(): void {
    this.#begun = 0;
  }

  #end(): void {
    const isOnlyOne = this.#begun === 1;
    this.#begun = 0;
    if (isOnlyOne) this.#onAll({ invites: this.#invites, notices: this.#notices });
  }
}
