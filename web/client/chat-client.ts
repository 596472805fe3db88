import type { MessageView, OpenConversationRequest } from '../../events/http-contracts.ts';
import type { PersonView, ServerEvent } from '../../events/server-frames.ts';
import type { Me } from '../../events/user-contracts.ts';
import type { Api, MessageVersion } from './api.ts';
import { type ChatState, initialChatState, withMe, withPending } from './chat-state.ts';
import { Connection, type ConnectionState } from './connection.ts';
import { Conversations } from './conversations.ts';
import type { ClientEnvironment } from './environment.ts';
import { Invitations } from './invitations.ts';
import { Memberships } from './memberships.ts';
import type { MessageChange } from './message-changes.ts';
import type { ModerationApi } from './moderation-api.ts';
import { Notices } from './notices.ts';
import { Outbox } from './outbox.ts';
import type { MessageExtras } from './outbox-frames.ts';
import { isChange, type OutboxStore } from './outbox-store.ts';
import { Presence } from './presence.ts';
import type { ProgramApi } from './program-api.ts';
import { Receipts } from './receipts.ts';
import { StateCell } from './state-cell.ts';
import { SyncSweep } from './sync-sweep.ts';
import { Threads } from './threads.ts';
import { transportableText } from './transportable-text.ts';
import { Typing } from './typing.ts';

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

/**
 * One signed-in person's chat: `state` with the conversations and all else, kept up to date, and the ways to change it.
 * What it asks the server for throws ProblemError or UnreachableError; messages and marks go by themselves, when they can.
 */
export class ChatClient {
  /** Who is in a conversation, what it is called, what holds in it; rooms, bans, muting. */
  readonly membership: Memberships;
  /** Invitations and links that let people in. */
  readonly invitations: Invitations;
  readonly threads: Threads;
  /** Who is there. */
  readonly presence: Presence;
  /** What those who run this have to say. */
  readonly notices: Notices;
  /** Bots and webhooks. */
  readonly programs: ProgramApi;
  /** Reports, and what administrators do. */
  readonly moderation: ModerationApi;
  readonly #options: ChatClientOptions;
  readonly #cell: StateCell;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #receipts: Receipts;
  readonly #typing: Typing;
  readonly #conversations: Conversations;
  readonly #sweep: SyncSweep;

  constructor(options: ChatClientOptions) {
    const { me, api, environment } = options;
    const cell = new StateCell(initialChatState(me), () => options.onChange());
    const send: Connection['send'] = (frame) => this.#connection.send(frame);
    const show: Conversations['show'] = (views) => this.#conversations.show(views);
    const onNews = (convoId: string) => this.#conversations.notice(convoId);
    this.#options = options;
    this.#cell = cell;
    this.#connection = this.#newConnection();
    this.#outbox = this.#newOutbox();
    this.#receipts = new Receipts({
      myId: me.user_id,
      api,
      environment,
      send,
      conversation: (convoId) => cell.conversation(convoId),
      update: (convoId, step) => cell.update(convoId, step),
    });
    this.#typing = new Typing({
      cell,
      environment,
      send,
    });
    this.#conversations = new Conversations({
      cell,
      api,
      environment,
      receipts: this.#receipts,
      entries: () => this.#outbox.entries,
      reloadRoster: (convoId) => this.membership.reload(convoId),
      onNews: (convoId) => this.threads.notice(convoId),
    });
    this.membership = new Memberships({ cell, api, show, onNews });
    this.invitations = new Invitations({ cell, api: api.invites, show });
    this.threads = new Threads({ cell, api: api.threads, environment, send, onNews });
    this.presence = new Presence({ cell, environment, send });
    this.notices = new Notices({ cell, api: api.moderation, environment });
    this.programs = api.programs;
    this.moderation = api.moderation;
    this.#sweep = new SyncSweep(({ invites, notices }) => {
      this.invitations.heardAll(invites);
      this.notices.heardAll(notices);
    });
  }

  get state(): ChatState {
    return this.#cell.current;
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
    this.#conversations.stop();
    this.threads.stop();
    this.presence.close();
    this.notices.stop();
    this.#typing.close();
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
    this.#cell.set(withMe(this.state, me));
  }

  /** Resolves when the text is safe in the outbox. Throws RangeError for a text that no server would take. */
  async send(convoId: string, text: string, extras: MessageExtras = {}): Promise<void> {
    const content = transportableText(text, { mayBeEmpty: extras.forward !== undefined });
    this.#typing.set(convoId, false);
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
    this.#typing.set(convoId, isTyping);
  }

  /** Loads the conversations that this person has left; until then those of this visit alone are held. */
  loadFormerConversations(): Promise<void> {
    return this.#conversations.loadFormer();
  }

  /** Loads one page before what is held. Does nothing if there is none. */
  loadOlder(convoId: string): Promise<void> {
    return this.#conversations.loadOlder(convoId);
  }

  /** Pages back to this message. False if it is too far away: see `messagesAround`. */
  loadBackTo(convoId: string, seqNo: number): Promise<boolean> {
    return this.#conversations.loadBackTo(convoId, seqNo);
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
    this.#conversations.show([view]);
    return view.convo_id;
  }

  #newConnection(): Connection {
    const { api, environment } = this.#options;
    return new Connection({
      environment,
      ticket: () => api.ticket(),
      cursors: () => {
        this.#receipts.beginSync();
        this.#sweep.begin();
        return this.#conversations.cursors();
      },
      catchUp: (synced) => this.#conversations.catchUp(synced),
      onEvent: (event) => this.#onEvent(event),
      onState: (state) => this.#onConnectionState(state),
      onMoved: () => this.#onMoved(),
    });
  }

  #newOutbox(): Outbox {
    const { me, environment, outboxStore } = this.#options;
    return new Outbox({
      userId: me.user_id,
      store: outboxStore,
      environment,
      send: (frame) => this.#connection.send(frame),
      onChange: () => this.#cell.set(withPending(this.state, this.#outbox.entries)),
      onPersisted: (message) => this.#conversations.heardOwn(message),
      onChanged: ({ convo_id: convoId, ...change }) => this.#conversations.confirm(convoId, change),
    });
  }

  #onEvent(event: ServerEvent): void {
    this.#outbox.handle(event);
    this.#conversations.handle(event);
    this.membership.handle(event);
    this.invitations.handle(event);
    this.threads.handle(event);
    this.presence.handle(event);
    this.notices.handle(event);
    this.#receipts.handle(event);
    this.#typing.handle(event);
    this.#sweep.handle(event);
    if (event.type === 'session.ended') this.#options.onSessionEnded();
  }

  #onConnectionState(connection: ConnectionState): void {
    const isLive = connection === 'live';
    this.#cell.set({ connection });
    this.#conversations.setLive(isLive);
    this.#outbox.setLive(isLive);
    this.#receipts.setLive(isLive);
    this.threads.setLive(isLive);
    this.presence.setLive(isLive);
    if (isLive) return;
    this.#typing.forget();
    if (connection !== 'catching-up') this.#sweep.forget();
  }

  /** What was sent on the socket before has its answer there, for a moment; marks are told again where in doubt. */
  #onMoved(): void {
    this.#receipts.setLive(true);
    this.threads.moved();
    this.presence.moved();
  }
}
