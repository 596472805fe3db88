import type { SyncCursor } from '../../events/client-frames.ts';
import type { HistoryResponse, MessageView, OpenConversationRequest } from '../../events/http-contracts.ts';
import type { ConversationView, PersonView, ServerEvent, Synced } from '../../events/server-frames.ts';
import type { Me } from '../../events/user-contracts.ts';
import { limits } from '../../shared/limits.ts';
import type { Api, MessageVersion } from './api.ts';
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
import {
  type ConversationState,
  withChanged,
  withMessages,
  withTimeline,
  withTyping,
  withUpdate,
} from './conversation-state.ts';
import type { ClientEnvironment } from './environment.ts';
import { GapRepair } from './gap-repair.ts';
import { HistoryLoader } from './history-loader.ts';
import type { MessageChange } from './message-changes.ts';
import { type EarlyEvent, Newcomers } from './newcomers.ts';
import { type MessageExtras, Outbox } from './outbox.ts';
import { isChange, type OutboxStore } from './outbox-store.ts';
import { Receipts } from './receipts.ts';
import { transportableText } from './transportable-text.ts';
import { TypingIn } from './typing-in.ts';
import { TypingOut } from './typing-out.ts';

/** How many messages are shown around one that is far back. */
const aroundCount = 21;

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
  readonly #receipts: Receipts;
  readonly #typingOut: TypingOut;
  readonly #typingIn: TypingIn;
  readonly #gaps: GapRepair;
  readonly #history: HistoryLoader;
  readonly #newcomers: Newcomers;
  #state: ChatState;

  constructor(options: ChatClientOptions) {
    const { me, api, environment, outboxStore } = options;
    const send: Connection['send'] = (frame) => this.#connection.send(frame);
    const timeline = (convoId: string) => this.#state.conversations.get(convoId)?.timeline;
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
      send,
      onChange: () => this.#showPending(),
      onPersisted: (message) => this.#receive({ type: 'message.create', ...message }),
      onChanged: ({ convo_id: convoId, ...change }) => {
        this.#update(convoId, (state) => withTimeline(state, { type: 'confirmed', change }));
        this.#gaps.notice(convoId);
      },
    });
    this.#receipts = new Receipts({
      myId: me.user_id,
      api,
      environment,
      send,
      conversation: (convoId) => this.#state.conversations.get(convoId),
      update: (convoId, step) => this.#update(convoId, step),
    });
    this.#typingOut = new TypingOut({ environment, send });
    this.#typingIn = new TypingIn({
      environment,
      onChange: (convoId, userId, isTyping) =>
        this.#update(convoId, (state) => withTyping(state, userId, isTyping)),
    });
    this.#gaps = new GapRepair({
      environment,
      timeline,
      history: (convoId, sinceSeq) =>
        api.history(convoId, { since_seq: sinceSeq, limit: limits.historyPageMax }),
      received: (convoId, messages) => this.#receiveInto(convoId, messages),
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
        this.#show([view]);
        for (const event of early) this.#receive(event);
      },
    });
  }

  get state(): ChatState {
    return this.#state;
  }

  /** How many messages, and changes of messages, the server does not have yet. */
  get unsentCount(): number {
    return this.#outbox.entries.length;
  }

  /** How many of them are changes. */
  get unsentChangeCount(): number {
    return this.#outbox.entries.filter(isChange).length;
  }

  async start(): Promise<void> {
    this.#connection.start();
    await this.#outbox.load();
  }

  /** Stops for good. What is in the outbox stays there. */
  close(): void {
    this.#connection.stop();
    this.#gaps.stop();
    this.#typingIn.close();
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
  async send(convoId: string, text: string, extras?: MessageExtras): Promise<void> {
    const content = transportableText(text);
    this.#typingOut.stop(convoId);
    await this.#outbox.enqueue(convoId, content, extras);
  }

  /** Resolves when the change is safe in the outbox; it is shown from then on. Throws as `send` for an edited text. */
  async change(convoId: string, seqNo: number, change: MessageChange): Promise<void> {
    const checked =
      change.kind === 'edit' ? { ...change, content: transportableText(change.content) } : change;
    await this.#outbox.enqueueChange(convoId, seqNo, checked);
  }

  retry(clientMsgId: string): Promise<void> {
    return this.#outbox.retry(clientMsgId);
  }

  discard(clientMsgId: string): Promise<void> {
    return this.#outbox.discard(clientMsgId);
  }

  /** The reader has seen everything up to `seqNo`. */
  markRead(convoId: string, seqNo: number): void {
    this.#receipts.markRead(convoId, seqNo);
  }

  /** The reader wants everything after `seqNo` to count as unread again. */
  markUnread(convoId: string, seqNo: number): void {
    this.#receipts.markUnread(convoId, seqNo);
  }

  /** Tells the others that this person is writing, or has stopped; call it as often as they press a key. */
  setTyping(convoId: string, isTyping: boolean): void {
    const isLive = this.#state.connection === 'live';
    if (!isTyping) this.#typingOut.stop(convoId);
    else if (isLive && this.#receipts.isTold(convoId)) this.#typingOut.start(convoId);
  }

  /** Loads one page before what is held. Does nothing if there is none. */
  loadOlder(convoId: string): Promise<void> {
    return this.#history.loadOlder(convoId);
  }

  /** Pages back to this message. False if it is too far away: see `messagesAround`. */
  loadBackTo(convoId: string, seqNo: number): Promise<boolean> {
    return this.#history.loadBackTo(convoId, seqNo);
  }

  /** A message far back with those around it, ascending. They are not kept, and later changes do not reach them. */
  async messagesAround(convoId: string, seqNo: number): Promise<readonly MessageView[]> {
    const query = { around_seq: seqNo, limit: aroundCount };
    return (await this.#options.api.history(convoId, query)).messages;
  }

  pins(convoId: string): Promise<MessageView[]> {
    return this.#options.api.pins(convoId);
  }

  versions(convoId: string, seqNo: number): Promise<MessageVersion[]> {
    return this.#options.api.versions(convoId, seqNo);
  }

  /** Asks how far everybody has got; from then on pushes tell. In large conversations nobody is told. */
  loadReceipts(convoId: string): Promise<void> {
    return this.#receipts.load(convoId);
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

  #takeOlder(convoId: string, page: HistoryResponse, rev: number): void {
    const { messages, has_more: hasMore } = page;
    this.#update(convoId, (state) => withTimeline(state, { type: 'older', messages, hasMore, rev }));
    this.#gaps.notice(convoId);
  }

  /**
   * The list comes over HTTP once; later a sync tells of the conversations that have no cursor. Of conversations that
   * nobody has looked at nothing is held, so their cursors are at the end and cost the sync nothing.
   */
  async #cursors(): Promise<Record<string, SyncCursor>> {
    if (!this.#state.isLoaded) {
      this.#show(await this.#options.api.conversations());
      this.#set({ ...this.#state, isLoaded: true });
    }
    this.#receipts.beginSync();
    const latest = byActivity(this.#state).slice(0, limits.syncCursorsMax);
    return Object.fromEntries(
      latest.map(({ convoId, timeline }) => [convoId, { seq_no: timeline.cursor, rev: timeline.rev }]),
    );
  }

  async #catchUp(synced: Synced): Promise<void> {
    for (const { convo_id: convoId, seq_no: seqNo, rev, read_seq: readSeq } of synced.conversations) {
      if (!this.#state.conversations.has(convoId)) this.#newcomers.askFor(convoId);
      this.#update(convoId, (state) => withTimeline(state, { type: 'known', seqNo, rev }));
      this.#receipts.heardSynced(convoId, readSeq);
    }
    await this.#gaps.repairAll(this.#state.conversations.keys());
    // Of a conversation that nobody looks at nothing was fetched, and the sync may have left out what its preview shows.
    for (const { convoId, lastMessage, timeline } of this.#state.conversations.values())
      if ((lastMessage?.seq_no ?? 0) < timeline.knownSeq) this.#newcomers.askFor(convoId);
  }

  #onEvent(event: ServerEvent): void {
    this.#outbox.handle(event);
    switch (event.type) {
      case 'message.create':
      case 'message.update':
        this.#receive(event);
        break;
      case 'message.read':
        this.#receipts.heardRead(event.convo_id, event.user_id, event.seq_no);
        break;
      case 'message.unread':
        if (event.user_id === this.#myId) this.#receipts.heardUnread(event.convo_id, event.seq_no);
        break;
      case 'message.delivery':
        this.#receipts.heardDelivery(event.convo_id, event.user_id, event.seq_no);
        break;
      case 'typing.start':
      case 'typing.stop':
        if (event.user_id !== this.#myId) this.#typingIn.handle(event);
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
    const isLive = connection === 'live';
    this.#set({ ...this.#state, connection });
    this.#gaps.setConnected(isLive, this.#state.conversations.keys());
    this.#outbox.setLive(isLive);
    this.#receipts.setLive(isLive);
    if (!isLive) this.#typingOut.forget();
  }

  #receive(event: EarlyEvent): void {
    const convoId = event.convo_id;
    if (!this.#state.conversations.has(convoId)) {
      this.#newcomers.askFor(convoId, event);
      return;
    }
    if (event.type === 'message.create') {
      const { type: _type, ...message } = event;
      this.#receiveInto(convoId, [message]);
      this.#typingIn.end(convoId, message.sender_id);
    } else {
      this.#update(convoId, (state) => withUpdate(state, event));
    }
    this.#gaps.notice(convoId);
  }

  #receiveInto(convoId: string, messages: readonly MessageView[]): void {
    for (const message of messages)
      if (message.sender_id === this.#myId) this.#receipts.heardOwnMessage(convoId, message.seq_no);
    this.#update(convoId, (state) => withMessages(state, messages, this.#myId));
    if (messages.some((message) => message.sender_id !== this.#myId)) this.#receipts.markDelivered(convoId);
  }

  #show(views: readonly ConversationView[]): void {
    for (const view of views) this.#receipts.heardView(view);
    this.#set(withPending(withViews(this.#state, views), this.#outbox.entries));
    for (const view of views) if (view.unread > 0) this.#receipts.markDelivered(view.convo_id);
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
