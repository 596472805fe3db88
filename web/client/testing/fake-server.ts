/**
 * A Confab server in memory for tests of the client: the documented wire, one order per conversation, no gap, no
 * double, and faults that a test can switch on. It shares no code with the real one.
 */
import type { ClientFrame, MessageSendFrame } from '../../../events/client-frames.ts';
import type { MessageView, TokensResponse } from '../../../events/http-contracts.ts';
import type { ConversationView, MessageAck, ServerEvent, Synced } from '../../../events/server-frames.ts';
import { FakeSocket } from './fake-socket.ts';

interface FakeConversation {
  readonly members: string[];
  readonly messages: MessageView[];
  readonly reads: Map<string, number>;
}

export interface FakeFaults {
  /** No HTTP, no new sockets. Sockets that are open stay so, and say nothing. */
  isUnreachable: boolean;
  /** What becomes of an event on its way to a socket: [] loses it, two copies double it. */
  push: (event: ServerEvent, socket: FakeSocket) => ServerEvent[];
  /** What becomes of a frame from a client: true loses it. */
  loseFrame: (frame: ClientFrame) => boolean;
  /** An answer instead of what the server would do with a send. */
  answerSend: ((frame: MessageSendFrame) => ServerEvent | undefined) | undefined;
  /** A sync sends at most so many messages per conversation. */
  syncMessagesMax: number;
}

const historyPageDefault = 50;

export class FakeServer {
  readonly faults: FakeFaults = {
    isUnreachable: false,
    push: (event) => [event],
    loseFrame: () => false,
    answerSend: undefined,
    syncMessagesMax: 100,
  };
  /** `METHOD path?query` of every request that arrived. */
  readonly requests: string[] = [];
  readonly frames: { userId: string; frame: ClientFrame }[] = [];
  readonly sockets = new Set<FakeSocket>();
  readonly #now: () => number;
  readonly #conversations = new Map<string, FakeConversation>();
  readonly #tickets = new Map<string, string>();
  readonly #sessions = new Map<string, { userId: string; access: string; refresh: string }>();
  #counter = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  addConversation(convoId: string, members: string[]): void {
    this.#conversations.set(convoId, { members, messages: [], reads: new Map() });
  }

  messages(convoId: string): readonly MessageView[] {
    return this.#conversation(convoId).messages;
  }

  signIn(userId: string): TokensResponse {
    const sessionId = this.#next('s');
    this.#sessions.set(sessionId, { userId, access: this.#next('access'), refresh: this.#next('refresh') });
    return this.#tokens(sessionId);
  }

  endSession(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  /** As if the access tokens had reached their end. */
  expireAccessTokens(): void {
    for (const session of this.#sessions.values()) session.access = this.#next('access');
  }

  /** Stores a message as the processor would, and pushes it. */
  post(convoId: string, senderId: string, content: string, clientMsgId = this.#next('cm')): MessageView {
    const conversation = this.#conversation(convoId);
    const message: MessageView = {
      convo_id: convoId,
      server_msg_id: this.#next('m'),
      seq_no: conversation.messages.length + 1,
      sender_id: senderId,
      client_msg_id: clientMsgId,
      content,
      created_at: new Date(this.#now()).toISOString(),
    };
    conversation.messages.push(message);
    for (const member of conversation.members) this.#pushTo(member, { type: 'message.create', ...message });
    return message;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    if (this.faults.isUnreachable) throw new TypeError('fetch failed');
    const url = new URL(input instanceof Request ? input.url : input, 'http://fake');
    this.requests.push(`${init?.method} ${url.pathname}${url.search}`);
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    const token = new Headers(init?.headers).get('authorization')?.slice('Bearer '.length);
    return answer(...this.#route(`${init?.method} ${url.pathname}`, url, body, token));
  };

  readonly openSocket = (url: string): FakeSocket => {
    const ticket = new URL(url).searchParams.get('ticket') ?? '';
    const userId = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    const isAccepted = userId !== undefined && !this.faults.isUnreachable;
    const socket = new FakeSocket(userId ?? '', isAccepted, (frame) => this.#onFrame(socket, frame));
    if (isAccepted) this.sockets.add(socket);
    return socket;
  };

  #route(
    route: string,
    url: URL,
    body: Record<string, string>,
    token: string | undefined,
  ): [number, unknown] {
    if (route === 'POST /auth/refresh') return this.#refresh(body.refresh_token);
    const session = [...this.#sessions.entries()].find(([, { access }]) => access === token);
    if (session === undefined) return problem(401, 'auth.token_expired');
    const [sessionId, { userId }] = session;
    const [, convoId, messages] = /^GET \/conversations\/([^/]+)(\/messages)?$/.exec(route) ?? [];
    if (convoId !== undefined && messages !== undefined)
      return [200, this.#history(convoId, url.searchParams)];
    if (convoId !== undefined) return [200, this.#view(convoId, userId)];
    switch (route) {
      case 'POST /auth/ws-ticket': {
        const ticket = this.#next('ticket');
        this.#tickets.set(ticket, userId);
        return [200, { ticket, url: 'ws://fake/live', expires_in: 30 }];
      }
      case 'POST /auth/logout':
        this.#sessions.delete(sessionId);
        return [204, undefined];
      case 'GET /conversations':
        return [200, { conversations: this.#views(userId), next_cursor: null }];
      default:
        return problem(404, 'request.not_found');
    }
  }

  #refresh(refreshToken: string | undefined): [number, unknown] {
    const found = [...this.#sessions.entries()].find(([, { refresh }]) => refresh === refreshToken);
    if (found === undefined) return problem(401, 'auth.refresh_invalid');
    const [sessionId, session] = found;
    session.access = this.#next('access');
    session.refresh = this.#next('refresh');
    return [200, this.#tokens(sessionId)];
  }

  #tokens(sessionId: string): TokensResponse {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) throw new Error(`no session ${sessionId}`);
    const { userId, access, refresh } = session;
    const user = {
      user_id: userId,
      handle: userId,
      display_name: userId,
      email: 'a@example.com',
      created_at: '',
    };
    return { user, access_token: access, refresh_token: refresh, expires_in: 900, session_id: sessionId };
  }

  #onFrame(socket: FakeSocket, frame: ClientFrame): void {
    if (this.faults.isUnreachable || this.faults.loseFrame(frame)) return;
    this.frames.push({ userId: socket.userId, frame });
    switch (frame.action) {
      case 'ping':
        this.#push(socket, [{ type: 'pong', server_time: new Date(this.#now()).toISOString() }]);
        return;
      case 'message.read': {
        const { reads } = this.#conversation(frame.convo_id);
        reads.set(socket.userId, Math.max(reads.get(socket.userId) ?? 0, frame.seq_no));
        return;
      }
      case 'sync':
        this.#sync(socket, frame.cursors);
        return;
      case 'message.send':
        this.#send(socket, frame);
    }
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
    const stored = known ?? this.post(frame.convo_id, socket.userId, frame.content, frame.client_msg_id);
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

  #sync(socket: FakeSocket, cursors: Record<string, number>): void {
    const conversations: Synced['conversations'] = [];
    const events: ServerEvent[] = [];
    for (const view of this.#views(socket.userId)) {
      const convoId = view.convo_id;
      const { messages, reads } = this.#conversation(convoId);
      const cursor = cursors[convoId] ?? 0;
      const sent = messages.slice(cursor, cursor + this.faults.syncMessagesMax);
      if (cursors[convoId] === undefined) events.push({ type: 'conversation.update', conversation: view });
      events.push(...sent.map((message) => ({ type: 'message.create' as const, ...message })));
      conversations.push({
        convo_id: convoId,
        seq_no: messages.length,
        read_seq: reads.get(socket.userId) ?? 0,
        sent_seq: cursor + sent.length,
        limited: cursor + sent.length < messages.length,
      });
    }
    this.#push(socket, events);
    socket.receive([{ type: 'synced', conversations }]);
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
    const older = messages.slice(0, Number(query.get('before_seq') ?? messages.length + 1) - 1);
    const page = older.slice(-limit);
    return { messages: page, last_seq: messages.length, has_more: older.length > page.length };
  }

  #views(userId: string): ConversationView[] {
    const mine = [...this.#conversations].filter(([, { members }]) => members.includes(userId));
    return mine.map(([convoId]) => this.#view(convoId, userId));
  }

  #view(convoId: string, userId: string): ConversationView {
    const { members, messages, reads } = this.#conversation(convoId);
    const last = messages.at(-1);
    const readSeq = reads.get(userId) ?? 0;
    return {
      convo_id: convoId,
      type: 'group',
      title: 'A group',
      created_at: '2026-01-01T00:00:00.000Z',
      member_count: members.length,
      members: members.map((id) => ({ user_id: id, handle: id, display_name: id })),
      seq: messages.length,
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

function problem(status: number, code: string): [number, unknown] {
  return [status, { type: 'about:blank', title: code, status, detail: code, code, request_id: 'r' }];
}

function answer(status: number, body: unknown): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), { status });
}
