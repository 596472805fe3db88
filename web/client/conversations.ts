import type { SyncCursor } from '../../events/client-frames.ts';
import type { HistoryResponse } from '../../events/http-contracts.ts';
import type { ConversationView, ServerEvent, Synced } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import type { Api } from './api.ts';
import { byActivity, withPending, withViews } from './chat-state.ts';
import {
  type ConversationState,
  isMember,
  withChanged,
  withMessages,
  withTimeline,
  withUpdate,
} from './conversation-state.ts';
import type { ClientEnvironment } from './environment.ts';
import { syncVersion } from './freshness.ts';
import { GapRepair } from './gap-repair.ts';
import { HistoryLoader } from './history-loader.ts';
import type { ConfirmedChange } from './message-changes.ts';
import type { HeldMessage } from './message-window.ts';
import { type EarlyEvent, Newcomers } from './newcomers.ts';
import type { OutboxEntry } from './outbox-store.ts';
import type { Receipts } from './receipts.ts';
import type { StateCell } from './state-cell.ts';
import { ViewRefresh } from './view-refresh.ts';

export interface ConversationsOptions {
  readonly cell: StateCell;
  readonly api: Pick<Api, 'history' | 'changes' | 'conversation' | 'conversations'>;
  readonly environment: Pick<ClientEnvironment, 'setTimer' | 'random'>;
  readonly receipts: Receipts;
  /** What the outbox holds. */
  entries(): readonly OutboxEntry[];
  /** Loads all members again, of a conversation whose members were loaded before. */
  reloadRoster(convoId: string): Promise<void>;
  /** Messages of it have come, or what is known of it has changed. */
  onNews(convoId: string): void;
}

/** A message that is rejected so could have been known not to be sendable. */
const rightsCodes: Readonly<Partial<Record<string, true>>> = {
  'conversation.silenced': true,
  'conversation.archived': true,
  'conversation.forbidden': true,
  'conversation.not_found': true,
};

/** The conversations and their messages: all ways on which they come, and what is done when something was missed. */
export class Conversations {
  readonly #options: ConversationsOptions;
  readonly #cell: StateCell;
  readonly #receipts: Receipts;
  readonly #gaps: GapRepair;
  readonly #history: HistoryLoader;
  readonly #newcomers: Newcomers;
  readonly #refresh: ViewRefresh;

  constructor(options: ConversationsOptions) {
    const { cell, api, environment } = options;
    const timeline = (convoId: string) => cell.conversation(convoId)?.timeline;
    this.#options = options;
    this.#cell = cell;
    this.#receipts = options.receipts;
    this.#gaps = new GapRepair({
      environment,
      timeline,
      history: (convoId, sinceSeq) =>
        api.history(convoId, { since_seq: sinceSeq, limit: limits.historyPageMax }),
      received: (convoId, messages) => this.receive(convoId, messages),
      changes: (convoId, sinceRev) => api.changes(convoId, sinceRev),
      changed: (convoId, sinceRev, page) =>
        this.#update(convoId, (state) => withChanged(state, sinceRev, page)),
    });
    this.#history = new HistoryLoader({
      api,
      timeline,
      onOlder: (convoId, page, rev) => this.#takeOlder(convoId, page, rev),
    });
    this.#newcomers = new Newcomers({
      conversation: (convoId) => api.conversation(convoId),
      onKnown: (view, early) => {
        this.show([view]);
        for (const event of early) this.handle(event);
      },
    });
    this.#refresh = new ViewRefresh({
      environment,
      conversation: (convoId) => cell.conversation(convoId),
      load: (convoId) => this.reload(convoId),
    });
  }

  handle(event: ServerEvent): void {
    if (event.type === 'conversation.update') this.show([event.conversation]);
    else if (event.type === 'message.create' || event.type === 'message.update') this.#push(event);
    // What one may do here is not what is shown: nobody is told when somebody else blocks them, for one.
    else if (event.type === 'message.ack' && event.status === 'rejected' && event.error.code in rightsCodes)
      void this.reload(event.convo_id).catch(() => {});
  }

  setLive(isLive: boolean): void {
    const convoIds = [...this.#cell.current.conversations.keys()];
    this.#gaps.setConnected(isLive, convoIds);
    this.#refresh.setLive(isLive, convoIds);
  }

  stop(): void {
    this.#gaps.stop();
    this.#refresh.stop();
  }

  /** Takes conversations as the server shows them now. */
  show(views: readonly ConversationView[]): void {
    for (const view of views) this.#receipts.heardView(view);
    this.#cell.set(withPending(withViews(this.#cell.current, views), this.#options.entries()));
    for (const { convo_id: convoId, unread } of views) {
      if (unread > 0) this.#receipts.markDelivered(convoId);
      this.notice(convoId);
    }
  }

  /** Something of it has changed: look whether anything is missing. */
  notice(convoId: string): void {
    this.#gaps.notice(convoId);
    this.#refresh.notice(convoId);
    this.#options.onNews(convoId);
  }

  /** Takes messages from anywhere. */
  receive(convoId: string, messages: readonly HeldMessage[]): void {
    const { myId } = this.#cell;
    for (const message of messages)
      if (message.sender_id === myId) this.#receipts.heardOwnMessage(convoId, message.seq_no);
    this.#update(convoId, (state) => withMessages(state, messages, myId));
    if (messages.some((message) => message.sender_id !== myId)) this.#receipts.markDelivered(convoId);
    this.notice(convoId);
  }

  /** The server has stored a message of ours: all that it said of it, or its number alone. */
  heardOwn(message: HeldMessage): void {
    const { convo_id: convoId } = message;
    if (this.#cell.conversation(convoId) !== undefined) this.receive(convoId, [message]);
    else if (!message.provisional) this.#newcomers.askFor(convoId, { type: 'message.create', ...message });
  }

  /** The server has made a change of ours. */
  confirm(convoId: string, change: ConfirmedChange): void {
    this.#update(convoId, (state) => withTimeline(state, { type: 'confirmed', change }));
    this.notice(convoId);
  }

  /** Asks what the conversation is, and shows it. */
  async reload(convoId: string): Promise<void> {
    this.show([await this.#options.api.conversation(convoId)]);
    await this.#options.reloadRoster(convoId);
  }

  loadOlder(convoId: string): Promise<void> {
    return this.#history.loadOlder(convoId);
  }

  loadBackTo(convoId: string, seqNo: number): Promise<boolean> {
    return this.#history.loadBackTo(convoId, seqNo);
  }

  /** Shows those that this person has left as well. */
  async loadFormer(): Promise<void> {
    this.show(await this.#options.api.conversations('former'));
  }

  /**
   * The list comes over HTTP once; later a sync tells of the conversations that have no cursor, and of those that are not
   * what we hold. Of conversations that nobody has looked at nothing is held, so their cursors are at the end and cost the
   * sync nothing; nor do those of conversations that this person has left, unless they were in them again since.
   */
  async cursors(): Promise<Record<string, SyncCursor>> {
    if (!this.#cell.current.isLoaded) {
      this.show(await this.#options.api.conversations());
      this.#cell.set({ isLoaded: true });
    }
    const all = byActivity(this.#cell.current);
    const presentFirst = [...all.filter(isMember), ...all.filter((state) => !isMember(state))];
    const latest = presentFirst.slice(0, limits.syncCursorsMax);
    return Object.fromEntries(
      latest.map(({ convoId, timeline, freshness }) => [
        convoId,
        { seq_no: timeline.cursor, rev: timeline.rev, version: syncVersion(freshness) },
      ]),
    );
  }

  /** Fetches what the sync left out. When it resolves, everything is up to date. */
  async catchUp(synced: Synced): Promise<void> {
    for (const { convo_id: convoId, seq_no: seqNo, rev, read_seq: readSeq } of synced.conversations) {
      const state = this.#cell.conversation(convoId);
      if (state === undefined || isPast(state, seqNo)) {
        this.#newcomers.askFor(convoId);
      } else {
        this.#update(convoId, (each) => withTimeline(each, { type: 'known', seqNo, rev }));
        this.#receipts.heardSynced(convoId, readSeq);
      }
    }
    await this.#gaps.repairAll(this.#cell.current.conversations.keys());
    // Of a conversation that nobody looks at nothing was fetched, and the sync may have left out what its preview shows.
    for (const state of this.#cell.current.conversations.values()) {
      const { convoId, lastMessage, timeline } = state;
      const shownSeq = lastMessage?.seq_no ?? timeline.fromSeq;
      if (isMember(state) && shownSeq < timeline.knownSeq) this.#newcomers.askFor(convoId);
    }
  }

  #push(event: EarlyEvent): void {
    const convoId = event.convo_id;
    const state = this.#cell.conversation(convoId);
    const { seq_no: seqNo } = event.type === 'message.create' ? event : event.message;
    if (state === undefined || isPast(state, seqNo)) {
      this.#newcomers.askFor(convoId, event);
    } else if (event.type === 'message.create') {
      const { type: _type, ...message } = event;
      this.receive(convoId, [message]);
    } else {
      this.#update(convoId, (each) => withUpdate(each, event));
      this.notice(convoId);
    }
  }

  #takeOlder(convoId: string, page: HistoryResponse, rev: number): void {
    const { messages, has_more: hasMore } = page;
    this.#update(convoId, (state) => withTimeline(state, { type: 'older', messages, hasMore, rev }));
    this.notice(convoId);
  }

  #update(convoId: string, step: (state: ConversationState) => ConversationState): void {
    this.#cell.update(convoId, step);
  }
}

/** To somebody who has left nothing is told of what came after: they were in it again, and do not know yet. */
function isPast(state: ConversationState, seqNo: number): boolean {
  return !isMember(state) && seqNo > state.timeline.knownSeq;
}
