import type { MessageView, OpenConversationRequest } from '../../events/http-contracts.ts';
import type { ConversationView, PersonView, ServerEvent, Synced } from '../../events/server-frames.ts';
import type { Me } from '../../events/user-contracts.ts';
import { limits } from '../../shared/limits.ts';
import type { Api } from './api.ts';
import {
  byActivity,
  type ChatState,
  initialChatState,
  withConversation,
  withMe,
  withPending,
  withViews,
} from './chat-state.ts';
import { Connection, type ConnectionState } from './connection.ts';
import { type ConversationState, withMessages, withRead, withTimeline } from './conversation-state.ts';
import type { ClientEnvironment } from './environment.ts';
import { GapRepair } from './gap-repair.ts';
import { Outbox } from './outbox.ts';
import type { OutboxStore } from './outbox-store.ts';
import { ReadMarks } from './read-marks.ts';
import { olderBefore } from './timeline.ts';
import { transportableText } from './transportable-text.ts';

export interface ChatClientOptions {
  readonly me: Me;
  readonly api: Api;
  readonly outboxStore: OutboxStore;
  readonly environment: ClientEnvironment;
  /** The state has changed: read `state`. */
  onChange(): void;
  /** The server ended the session over the socket. */
  onSessionEnded(): void;
}

/** One signed-in person's chat: the conversations, kept up to date, and the ways to change them. */
export class ChatClient {
  readonly #options: ChatClientOptions;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #readMarks: ReadMarks;
  readonly #gaps: GapRepair;
  /** Messages of conversations that we are asking the server about. */
  readonly #early = new Map<string, MessageView[]>();
  readonly #loadingOlder = new Map<string, Promise<void>>();
  #state: ChatState;

  constructor(options: ChatClientOptions) {
    const { me, api, environment, outboxStore } = options;
    this.#options = options;
    this.#state = initialChatState(me);
    this.#connection = new Connection({
      environment,
      ticket: () => api.ticket(),
      cursors: () => this.#cursors(),
      catchUp: (synced) => this.#catchUp(synced),
      onEvent: (event) => this.#onEvent(event),
      onState: (state) => this.#onConnectionState(state),
    });
    this.#outbox = new Outbox({
      userId: me.user_id,
      store: outboxStore,
      environment,
      send: (frame) => this.#connection.send(frame),
      onChange: () => this.#showPending(),
      onPersisted: (message) => this.#receive([message]),
    });
    this.#readMarks = new ReadMarks({ environment, send: (frame) => this.#connection.send(frame) });
    this.#gaps = new GapRepair({
      environment,
      timeline: (convoId) => this.#state.conversations.get(convoId)?.timeline,
      history: (convoId, sinceSeq) =>
        api.history(convoId, { since_seq: sinceSeq, limit: limits.historyPageMax }),
      received: (convoId, messages) => this.#receiveInto(convoId, messages),
    });
  }

  get state(): ChatState {
    return this.#state;
  }

  /** How many messages the server does not have yet. */
  get unsentCount(): number {
    return this.#outbox.entries.length;
  }

  async start(): Promise<void> {
    this.#connection.start();
    await this.#outbox.load();
  }

  /** Stops for good. What is in the outbox stays there. */
  close(): void {
    this.#connection.stop();
    this.#gaps.stop();
    this.#outbox.close();
  }

  /** Tries to get or to verify the connection now. */
  wake(): void {
    this.#connection.wake();
  }

  /** Connects again after another place has taken this one's connection (`replaced`). */
  reconnect(): void {
    this.#connection.start();
  }

  /** The profile has changed, here or in another tab. */
  setMe(me: Me): void {
    this.#set(withMe(this.#state, me));
  }

  /** Resolves when the text is safe in the outbox. Throws RangeError for a text that no server would take. */
  async send(convoId: string, text: string): Promise<void> {
    await this.#outbox.enqueue(convoId, transportableText(text));
  }

  retry(clientMsgId: string): Promise<void> {
    return this.#outbox.retry(clientMsgId);
  }

  discard(clientMsgId: string): Promise<void> {
    return this.#outbox.discard(clientMsgId);
  }

  /** The reader has seen everything up to `seqNo`. */
  markRead(convoId: string, seqNo: number): void {
    this.#readMarks.mark(convoId, seqNo);
    this.#update(convoId, (state) => withRead(state, this.#myId, seqNo, this.#myId));
  }

  /** Loads one page before what is held. Does nothing if there is none. */
  loadOlder(convoId: string): Promise<void> {
    const loading = this.#loadingOlder.get(convoId) ?? this.#fetchOlder(convoId);
    this.#loadingOlder.set(convoId, loading);
    return loading.finally(() => this.#loadingOlder.delete(convoId));
  }

  findPeople(query: string, signal?: AbortSignal): Promise<PersonView[]> {
    return this.#options.api.findPeople(query, signal);
  }

  /** Opens the conversation, which for two people is always the same one. Returns its id. */
  async openConversation(request: OpenConversationRequest): Promise<string> {
    const view = await this.#options.api.openConversation(request);
    this.#show([view]);
    return view.convo_id;
  }

  get #myId(): string {
    return this.#state.me.user_id;
  }

  async #fetchOlder(convoId: string): Promise<void> {
    const conversation = this.#state.conversations.get(convoId);
    const beforeSeq = conversation && olderBefore(conversation.timeline);
    if (beforeSeq === undefined) return;
    const page = await this.#options.api.history(convoId, { before_seq: beforeSeq });
    this.#update(convoId, (state) =>
      withTimeline(state, { type: 'older', messages: page.messages, hasMore: page.has_more }),
    );
  }

  /**
   * The list comes over HTTP once; later a sync tells of the conversations that have no cursor. Of conversations that
   * nobody has looked at nothing is held, so their cursors are at the end and cost the sync nothing.
   */
  async #cursors(): Promise<Record<string, number>> {
    if (!this.#state.isLoaded) {
      this.#show(await this.#options.api.conversations());
      this.#set({ ...this.#state, isLoaded: true });
    }
    const latest = byActivity(this.#state).slice(0, limits.syncCursorsMax);
    return Object.fromEntries(latest.map(({ convoId, timeline }) => [convoId, timeline.cursor]));
  }

  async #catchUp(synced: Synced): Promise<void> {
    for (const { convo_id: convoId, seq_no: seqNo, read_seq: readSeq } of synced.conversations) {
      this.#readMarks.confirm(convoId, readSeq);
      if (!this.#state.conversations.has(convoId)) this.#askFor(convoId);
      this.#update(convoId, (state) =>
        withRead(withTimeline(state, { type: 'known', seqNo }), this.#myId, readSeq, this.#myId),
      );
    }
    await this.#gaps.repairAll(this.#state.conversations.keys());
  }

  #onEvent(event: ServerEvent): void {
    this.#outbox.handle(event);
    switch (event.type) {
      case 'message.create': {
        const { type: _type, ...message } = event;
        this.#receive([message]);
        break;
      }
      case 'message.read':
        if (event.user_id === this.#myId) this.#readMarks.confirm(event.convo_id, event.seq_no);
        this.#update(event.convo_id, (state) => withRead(state, event.user_id, event.seq_no, this.#myId));
        break;
      case 'conversation.update':
        this.#show([event.conversation]);
        this.#gaps.notice(event.conversation.convo_id);
        break;
      case 'session.ended':
        this.#options.onSessionEnded();
        break;
      default:
        break;
    }
  }

  #onConnectionState(connection: ConnectionState): void {
    this.#set({ ...this.#state, connection });
    this.#gaps.setConnected(connection === 'live', this.#state.conversations.keys());
    this.#outbox.setLive(connection === 'live');
    this.#readMarks.setLive(connection === 'live');
  }

  #receive(messages: readonly MessageView[]): void {
    for (const message of messages) {
      if (this.#state.conversations.has(message.convo_id)) {
        this.#receiveInto(message.convo_id, [message]);
        this.#gaps.notice(message.convo_id);
      } else {
        this.#askFor(message.convo_id, message);
      }
    }
  }

  #receiveInto(convoId: string, messages: readonly MessageView[]): void {
    const memberCount = this.#state.conversations.get(convoId)?.view.member_count ?? 0;
    for (const message of messages) {
      // Who sends has read: the server remembers it for so many senders, and needs no mark from them.
      const isRemembered = message.sender_id === this.#myId && memberCount <= limits.recentSendersMax;
      if (isRemembered) this.#readMarks.confirm(convoId, message.seq_no);
    }
    this.#update(convoId, (state) => withMessages(state, messages, this.#myId));
  }

  /** A conversation that we have not heard of: somebody has just begun it. */
  #askFor(convoId: string, message?: MessageView): void {
    const early = this.#early.get(convoId);
    if (early !== undefined) {
      if (message !== undefined) early.push(message);
      return;
    }
    this.#early.set(convoId, message === undefined ? [] : [message]);
    this.#options.api
      .conversation(convoId)
      .then((view) => {
        this.#show([view]);
        this.#receive(this.#early.get(convoId) ?? []);
      })
      // The list that comes with the next connection has it.
      .catch((error: unknown) => console.warn('A new conversation could not be loaded yet', error))
      .finally(() => this.#early.delete(convoId));
  }

  #show(views: readonly ConversationView[]): void {
    for (const view of views) this.#readMarks.confirm(view.convo_id, view.read_seq);
    this.#set(withPending(withViews(this.#state, views), this.#outbox.entries));
  }

  #showPending(): void {
    this.#set(withPending(this.#state, this.#outbox.entries));
  }

  #update(convoId: string, step: (state: ConversationState) => ConversationState): void {
    this.#set(withConversation(this.#state, convoId, step));
  }

  #set(state: ChatState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onChange();
  }
}
