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
  PresenceSetFrame,
  SyncFrame,
  ThreadMarkFrame,
} from '../../../events/client-frames.ts';
import type { MessageView } from '../../../events/http-contracts.ts';
import type { ConversationView, MessageAck, ServerEvent } from '../../../events/server-frames.ts';
import { FakeAccounts } from './fake-accounts.ts';
import { type FakeAnswer, problem } from './fake-answer.ts';
import { FakeConversation } from './fake-conversation.ts';
import { noFaults } from './fake-faults.ts';
import { answerChat } from './fake-routes.ts';
import { FakeSocket } from './fake-socket.ts';
import { syncAnswer } from './fake-sync.ts';
import { FakeWorld } from './fake-world.ts';

export class FakeServer {
  readonly faults = noFaults();
  /** `METHOD path?query` of every request that arrived. */
  readonly requests: string[] = [];
  readonly frames: { userId: string; frame: ClientFrame }[] = [];
  readonly sockets = new Set<FakeSocket>();
  readonly #now: () => number;
  /** Conversations and all else: what tests do here, the clients hear. */
  readonly world: FakeWorld;
  /** Socket → whom it watches. */
  readonly watches = new Map<FakeSocket, Set<string>>();
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
    this.world = new FakeWorld({
      now,
      next: (prefix) => this.#next(prefix),
      person: (userId) => this.accounts.person(userId),
      push: (userId, events) => this.#pushTo(userId, events),
      pushPresence: (update) => {
        for (const [socket, watched] of this.watches)
          if (watched.has(update.user_id)) this.#push(socket, [update]);
      },
    });
  }

  addConversation(convoId: string, members: string[], type: ConversationView['type'] = 'group'): void {
    this.world.conversations.set(convoId, new FakeConversation(convoId, type, members));
  }

  messages(convoId: string): readonly MessageView[] {
    return this.world.conversation(convoId).messages;
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
    return this.world.change(userId, frame);
  }

  rev(convoId: string): number {
    return this.world.conversation(convoId).rev;
  }

  /** Stores a message as the processor would, and pushes it; with `thread` in the thread of that root. */
  post(
    convoId: string,
    senderId: string,
    content: string,
    clientMsgId = this.#next('cm'),
    extras: Partial<MessageView> = {},
  ): MessageView {
    return this.world.post(convoId, senderId, clientMsgId, { content, ...extras });
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
    if (route === 'POST /auth/ws-ticket') {
      const ticket = this.#next('ticket');
      this.#tickets.set(ticket, { userId, sessionId });
      return [200, { ticket, url: this.socketUrl, expires_in: 30 }];
    }
    const person = (id: string) => this.accounts.person(id);
    const { changesPageMax } = this.faults;
    const chat = { route, query: url.searchParams, body, userId, person, changesPageMax };
    return answerChat(this.world, chat) ?? problem(404, 'request.not_found');
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
        const { reads, deliveries, putBack } = this.world.conversation(frame.convo_id);
        const marks = frame.action === 'message.read' ? reads : deliveries;
        marks.set(socket.userId, Math.max(marks.get(socket.userId) ?? 0, frame.seq_no));
        if (marks === reads) putBack.delete(socket.userId);
        return;
      }
      case 'message.unread':
        this.#putBack(socket.userId, frame);
        return;
      case 'thread.read':
      case 'threads.read':
        this.#markThread(socket.userId, frame);
        return;
      case 'presence.subscribe':
      case 'presence.unsubscribe':
        this.#watch(socket, frame.action === 'presence.subscribe', frame.user_ids);
        return;
      case 'presence.set':
        this.#setPresence(socket.userId, frame);
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
    const conversation = this.world.conversation(convoId);
    conversation.reads.set(userId, seqNo);
    conversation.putBack.add(userId);
    this.#pushTo(userId, [{ type: 'message.unread', convo_id: convoId, user_id: userId, seq_no: seqNo }]);
  }

  #markThread(userId: string, { action: _action, ...frame }: ThreadMarkFrame): void {
    const marks = this.world.conversation(frame.convo_id).marksOf(userId);
    if ('thread' in frame) {
      marks.read.set(frame.thread, Math.max(marks.read.get(frame.thread) ?? 0, frame.thread_seq));
      this.#pushTo(userId, [{ type: 'thread.read', user_id: userId, ...frame }]);
    } else {
      marks.seq = Math.max(marks.seq, frame.seq_no);
      this.#pushTo(userId, [{ type: 'threads.read', user_id: userId, ...frame }]);
    }
  }

  #watch(socket: FakeSocket, begins: boolean, userIds: readonly string[]): void {
    const watched = this.watches.get(socket) ?? new Set();
    this.watches.set(socket, watched);
    for (const id of userIds)
      if (begins) watched.add(id);
      else watched.delete(id);
    if (begins)
      this.#push(
        socket,
        userIds.map((id) => this.world.presenceOf(id)),
      );
  }

  #setPresence(userId: string, { availability, idle, custom }: PresenceSetFrame): void {
    this.world.setPresence(userId, {
      ...(availability !== undefined && { availability }),
      ...(idle !== undefined && { status: idle ? 'away' : 'online' }),
      ...(custom !== undefined && { custom: custom ?? undefined }),
    });
  }

  #send(socket: FakeSocket, frame: MessageSendFrame): void {
    const instead = this.faults.answerSend?.(frame);
    if (instead !== undefined) {
      this.#push(socket, [instead]);
      return;
    }
    const { messages } = this.world.conversation(frame.convo_id);
    const known = messages.find(
      (message) => message.sender_id === socket.userId && message.client_msg_id === frame.client_msg_id,
    );
    const extras = {
      ...(frame.reply_to != null && { reply_to: frame.reply_to }),
      ...(frame.mentions !== undefined && { mentions: frame.mentions }),
      ...(frame.thread != null && { thread: frame.thread }),
      ...(frame.forward != null && { forwarded: this.#forwarded(frame.forward) }),
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

  #forwarded({ convo_id: convoId, seq_no: seqNo }: { convo_id: string; seq_no: number }) {
    const message = this.world.conversation(convoId).messages[seqNo - 1];
    if (message === undefined) throw new Error(`no message ${seqNo}`);
    const { sender_id, content, created_at } = message;
    return message.forwarded ?? { sender_id, content, created_at };
  }

  #sync(socket: FakeSocket, cursors: SyncFrame['cursors']): void {
    const { events, synced } = syncAnswer(this.world, socket.userId, cursors, this.faults.syncMessagesMax);
    this.#push(socket, events);
    socket.receive([synced]);
  }

  #pushTo(userId: string, events: ServerEvent[]): void {
    for (const socket of this.sockets) if (socket.userId === userId) this.#push(socket, events);
  }

  #push(socket: FakeSocket, events: ServerEvent[]): void {
    if (this.faults.isUnreachable) return;
    for (const frame of this.faults.pushFrame(events, socket))
      socket.receive(frame.flatMap((event) => this.faults.push(event, socket)));
  }

  #next(prefix: string): string {
    this.#counter += 1;
    return `${prefix}-${this.#counter}`;
  }
}
