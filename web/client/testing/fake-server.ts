/**
 * A Confab server in memory for tests of the client: the documented wire, one order per conversation, no gap, no
 * double, and faults that a test can switch on. It shares no code with the real one.
 */
import type { TokensResponse } from '../../../events/account-contracts.ts';
import type {
  ClientFrame,
  MessageChangeFrame,
  MessageSendFrame,
  MessageUnreadFrame,
  SyncFrame,
} from '../../../events/client-frames.ts';
import type { MessageView } from '../../../events/http-contracts.ts';
import type { ConversationView, MessageAck, ServerEvent, Synced } from '../../../events/server-frames.ts';
import { FakeAccounts } from './fake-accounts.ts';
import { type FakeAnswer, problem } from './fake-answer.ts';
import { FakeConversation } from './fake-conversation.ts';
import { FakeSocket } from './fake-socket.ts';

export interface FakeFaults {
  /** No HTTP, no new sockets. Sockets that are open stay so, and say nothing. */
  isUnreachable: boolean;
  /** An answer instead of what the server would do with a request. */
  answerRequest: ((route: string) => FakeAnswer | undefined) | undefined;
  /** The request is carried out, and its answer is lost: true for those. */
  loseAnswer: (route: string) => boolean;
  /** What becomes of an event on its way to a socket: [] loses it, two copies double it. */
  push: (event: ServerEvent, socket: FakeSocket) => ServerEvent[];
  /** What becomes of a frame from a client: true loses it. */
  loseFrame: (frame: ClientFrame) => boolean;
  /** An answer instead of what the server would do with a send. */
  answerSend: ((frame: MessageSendFrame) => ServerEvent | undefined) | undefined;
  /** A sync sends at most so many messages, and so many changes, per conversation. */
  syncMessagesMax: number;
  changesPageMax: number;
}

const historyPageDefault = 50;

export class FakeServer {
  readonly faults: FakeFaults = {
    isUnreachable: false,
    answerRequest: undefined,
    loseAnswer: () => false,
    push: (event) => [event],
    loseFrame: () => false,
    answerSend: undefined,
    syncMessagesMax: 100,
    changesPageMax: 200,
  };
  /** `METHOD path?query` of every request that arrived. */
  readonly requests: string[] = [];
  readonly frames: { userId: string; frame: ClientFrame }[] = [];
  readonly sockets = new Set<FakeSocket>();
  readonly #now: () => number;
  readonly #conversations = new Map<string, FakeConversation>();
  readonly #tickets = new Map<string, { userId: string; sessionId: string }>();
  readonly #sessionOf = new Map<FakeSocket, string>();
  socketUrl = 'ws://fake/live';
  readonly accounts: FakeAccounts;
  #counter = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.accounts = new FakeAccounts({
      now,
      next: (prefix) => this.#next(prefix),
      onSessionEnded: (sessionId) => this.#endSockets(sessionId),
    });
  }

  addConversation(convoId: string, members: string[], type: ConversationView['type'] = 'group'): void {
    this.#conversations.set(convoId, new FakeConversation(convoId, type, members));
  }

  messages(convoId: string): readonly MessageView[] {
    return this.#conversation(convoId).messages;
  }

  signIn(userId: string): TokensResponse {
    return this.accounts.signIn(userId);
  }

  /** Its sockets are not told: they may have been away. */
  forgetSession(sessionId: string): void {
    this.accounts.sessions.forget(sessionId);
  }

  expireAccessTokens(): void {
    this.accounts.sessions.expireAccessTokens();
  }

  /** Makes a change as the processor would, and pushes it. */
  change(userId: string, frame: MessageChangeFrame): MessageAck {
    const conversation = this.#conversation(frame.convo_id);
    const { ack, update } = conversation.change(userId, frame, new Date(this.#now()).toISOString());
    if (update !== undefined) this.#pushToAll(conversation, update);
    return ack;
  }

  rev(convoId: string): number {
    return this.#conversation(convoId).rev;
  }

  /** Stores a message as the processor would, and pushes it. */
  post(
    convoId: string,
    senderId: string,
    content: string,
    clientMsgId = this.#next('cm'),
    extras: Partial<MessageView> = {},
  ): MessageView {
    const conversation = this.#conversation(convoId);
    const message: MessageView = {
      convo_id: convoId,
      server_msg_id: this.#next('m'),
      seq_no: conversation.messages.length + 1,
      sender_id: senderId,
      client_msg_id: clientMsgId,
      content,
      created_at: new Date(this.#now()).toISOString(),
      ...extras,
    };
    conversation.messages.push(message);
    this.#pushToAll(conversation, { type: 'message.create', ...message });
    return message;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    if (this.faults.isUnreachable) throw new TypeError('fetch failed');
    const url = new URL(input instanceof Request ? input.url : input, 'http://fake');
    const route = `${init?.method} ${url.pathname}`;
    this.requests.push(`${route}${url.search}`);
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {};
    const headers = new Headers(init?.headers);
    const [status, json, extra] =
      this.faults.answerRequest?.(route) ?? this.#answer(route, url, body, headers);
    if (this.faults.loseAnswer(route)) throw new TypeError('connection reset');
    return new Response(status === 204 ? null : JSON.stringify(json), { status, headers: extra ?? {} });
  };

  readonly openSocket = (url: string): FakeSocket => {
    const ticket = new URL(url).searchParams.get('ticket') ?? '';
    const { userId, sessionId } = this.#tickets.get(ticket) ?? {};
    this.#tickets.delete(ticket);
    const isAccepted = userId !== undefined && sessionId !== undefined && !this.faults.isUnreachable;
    const socket = new FakeSocket(userId ?? '', isAccepted, (frame) => this.#onFrame(socket, frame));
    if (isAccepted) {
      this.sockets.add(socket);
      this.#sessionOf.set(socket, sessionId);
    }
    return socket;
  };

  #answer(route: string, url: URL, body: Record<string, string>, headers: Headers): FakeAnswer {
    const session = this.accounts.sessions.of(headers.get('authorization')?.slice('Bearer '.length));
    const answer = this.accounts.answer(route, url, body, { session, headers });
    if (answer !== undefined) return answer;
    if (session === undefined) return problem(401, 'auth.token_expired');
    const { userId, sessionId } = session;
    const [, convoId, part] = /^GET \/conversations\/([^/]+)(?:\/(.+))?$/.exec(route) ?? [];
    if (convoId !== undefined && part !== undefined) return this.#part(convoId, part, url.searchParams);
    if (convoId !== undefined) return [200, this.#view(convoId, userId)];
    switch (route) {
      case 'POST /auth/ws-ticket': {
        const ticket = this.#next('ticket');
        this.#tickets.set(ticket, { userId, sessionId });
        return [200, { ticket, url: this.socketUrl, expires_in: 30 }];
      }
      case 'GET /conversations':
        return [200, { conversations: this.#views(userId), next_cursor: null }];
      default:
        return problem(404, 'request.not_found');
    }
  }

  #part(convoId: string, part: string, query: URLSearchParams): FakeAnswer {
    const conversation = this.#conversation(convoId);
    const { messages, members, reads, deliveries, versions } = conversation;
    const [, versionsOf] = /^messages\/(\d+)\/versions$/.exec(part) ?? [];
    if (versionsOf !== undefined) return [200, { versions: versions.get(Number(versionsOf)) ?? [] }];
    const receipts = members.map((id) => ({
      user_id: id,
      read_seq: reads.get(id) ?? 0,
      delivered_seq: Math.max(reads.get(id) ?? 0, deliveries.get(id) ?? 0),
    }));
    switch (part) {
      case 'messages':
        return [200, this.#history(convoId, query)];
      case 'changes':
        return [200, conversation.changes(Number(query.get('since_rev')), this.faults.changesPageMax)];
      case 'pins':
        return [200, { messages: messages.filter((message) => message.pinned) }];
      case 'receipts':
        return [200, { receipts }];
      default:
        return problem(404, 'request.not_found');
    }
  }

  #endSockets(sessionId: string): void {
    for (const socket of this.sockets)
      if (this.#sessionOf.get(socket) === sessionId) {
        socket.receive([{ type: 'session.ended' }]);
        this.sockets.delete(socket);
      }
  }

  #onFrame(socket: FakeSocket, frame: ClientFrame): void {
    if (this.faults.isUnreachable || this.faults.loseFrame(frame)) return;
    this.frames.push({ userId: socket.userId, frame });
    switch (frame.action) {
      case 'ping':
        this.#push(socket, [{ type: 'pong', server_time: new Date(this.#now()).toISOString() }]);
        return;
      case 'message.read':
      case 'message.delivered': {
        const { reads, deliveries } = this.#conversation(frame.convo_id);
        const marks = frame.action === 'message.read' ? reads : deliveries;
        marks.set(socket.userId, Math.max(marks.get(socket.userId) ?? 0, frame.seq_no));
        return;
      }
      case 'message.unread':
        this.#putBack(socket.userId, frame);
        return;
      case 'typing.start':
      case 'typing.stop':
        return;
      case 'sync':
        this.#sync(socket, frame.cursors);
        return;
      case 'message.send':
        this.#send(socket, frame);
        return;
      default:
        this.#push(socket, [this.change(socket.userId, frame)]);
    }
  }

  #putBack(userId: string, { convo_id: convoId, seq_no: seqNo }: MessageUnreadFrame): void {
    this.#conversation(convoId).reads.set(userId, seqNo);
    this.#pushTo(userId, { type: 'message.unread', convo_id: convoId, user_id: userId, seq_no: seqNo });
  }

  #send(socket: FakeSocket, frame: MessageSendFrame): void {
    const instead = this.faults.answerSend?.(frame);
    if (instead !== undefined) {
      this.#push(socket, [instead]);
      return;
    }
    const { messages } = this.#conversation(frame.convo_id);
    const known = messages.find(
      (message) => message.sender_id === socket.userId && message.client_msg_id === frame.client_msg_id,
    );
    const extras = {
      ...(frame.reply_to != null && { reply_to: frame.reply_to }),
      ...(frame.mentions !== undefined && { mentions: frame.mentions }),
    };
    const stored =
      known ?? this.post(frame.convo_id, socket.userId, frame.content, frame.client_msg_id, extras);
    const ack: MessageAck = {
      type: 'message.ack',
      convo_id: frame.convo_id,
      client_msg_id: frame.client_msg_id,
      status: known === undefined ? 'persisted' : 'duplicate',
      server_msg_id: stored.server_msg_id,
      seq_no: stored.seq_no,
      created_at: stored.created_at,
    };
    this.#push(socket, [ack]);
  }

  #sync(socket: FakeSocket, cursors: SyncFrame['cursors']): void {
    const conversations: Synced['conversations'] = [];
    const events: ServerEvent[] = [];
    for (const view of this.#views(socket.userId)) {
      const convoId = view.convo_id;
      const conversation = this.#conversation(convoId);
      const missed = conversation.missed(cursors[convoId], this.faults.syncMessagesMax);
      if (cursors[convoId] === undefined) events.push({ type: 'conversation.update', conversation: view });
      events.push(...missed.events);
      conversations.push({
        convo_id: convoId,
        seq_no: view.seq,
        read_seq: view.read_seq,
        sent_seq: missed.sentSeq,
        rev: view.rev,
        sent_rev: missed.sentRev,
        limited: missed.sentSeq < view.seq || missed.sentRev < view.rev,
      });
    }
    this.#push(socket, events);
    socket.receive([{ type: 'synced', conversations }]);
  }

  #pushToAll(conversation: FakeConversation, event: ServerEvent): void {
    for (const member of conversation.members) this.#pushTo(member, event);
  }

  #pushTo(userId: string, event: ServerEvent): void {
    for (const socket of this.sockets) if (socket.userId === userId) this.#push(socket, [event]);
  }

  #push(socket: FakeSocket, events: ServerEvent[]): void {
    if (!this.faults.isUnreachable)
      socket.receive(events.flatMap((event) => this.faults.push(event, socket)));
  }

  #history(convoId: string, query: URLSearchParams): unknown {
    const { messages } = this.#conversation(convoId);
    const limit = Number(query.get('limit') ?? historyPageDefault);
    if (query.has('since_seq')) {
      const newer = messages.slice(Number(query.get('since_seq')));
      const page = newer.slice(0, limit);
      return { messages: page, last_seq: messages.length, has_more: newer.length > page.length };
    }
    if (query.has('around_seq')) {
      const from = Math.max(0, Number(query.get('around_seq')) - 1 - Math.floor(limit / 2));
      const page = messages.slice(from, from + limit);
      return { messages: page, last_seq: messages.length, has_more: page.length < messages.length };
    }
    const older = messages.slice(0, Number(query.get('before_seq') ?? messages.length + 1) - 1);
    const page = older.slice(-limit);
    return { messages: page, last_seq: messages.length, has_more: older.length > page.length };
  }

  #views(userId: string): ConversationView[] {
    const mine = [...this.#conversations].filter(([, { members }]) => members.includes(userId));
    return mine.map(([convoId]) => this.#view(convoId, userId));
  }

  #view(convoId: string, userId: string): ConversationView {
    const { type, members, messages, reads, rev } = this.#conversation(convoId);
    const last = messages.at(-1);
    const readSeq = reads.get(userId) ?? 0;
    return {
      convo_id: convoId,
      type,
      title: type === 'group' ? 'A group' : null,
      created_at: '2026-01-01T00:00:00.000Z',
      member_count: members.length,
      members: members.map((id) => this.accounts.person(id)),
      seq: messages.length,
      rev,
      capabilities: ['message.pin', 'mention.all'],
      read_seq: readSeq,
      unread: messages.length - readSeq,
      last_message: last === undefined ? null : { ...last, preview: last.content },
    };
  }

  #conversation(convoId: string): FakeConversation {
    const conversation = this.#conversations.get(convoId);
    if (conversation === undefined) throw new Error(`no conversation ${convoId}`);
    return conversation;
  }

  #next(prefix: string): string {
    this.#counter += 1;
    return `${prefix}-${this.#counter}`;
  }
}
