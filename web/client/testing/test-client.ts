import type { TokensResponse } from '../../../events/account-contracts.ts';
import type { MessageView } from '../../../events/http-contracts.ts';
import type { ConversationView } from '../../../events/server-frames.ts';
import type { ChatClient } from '../chat-client.ts';
import { ConfabClient } from '../confab-client.ts';
import type { ConversationState } from '../conversation-state.ts';
import type { ClientEnvironment, TabChannel } from '../environment.ts';
import { memoryOutboxStore, type OutboxStore } from '../outbox-store.ts';
import { memorySessionStore, type SessionStore, type StoredSession } from '../session-store.ts';
import { type TimelineRow, timelineRows } from '../timeline-rows.ts';
import type { FakeServer } from './fake-server.ts';
import type { VirtualTime } from './virtual-time.ts';

export const ada = `u_${'A'.repeat(26)}`;
export const grace = `u_${'G'.repeat(26)}`;
export const convoId = `c_${'1'.repeat(26)}`;

export interface TestClientOptions {
  readonly server: FakeServer;
  readonly time: VirtualTime;
  readonly userId: string;
  readonly outboxStore?: OutboxStore;
  /** As a tab that finds what is in there already; without it the client is signed in anew. */
  readonly sessions?: SessionStore;
  readonly environment?: Partial<ClientEnvironment>;
}

/** A client of the fake server, signed in and started; `advance` the time to let it connect. */
export function startClient(options: TestClientOptions): ConfabClient {
  const { server, time, userId } = options;
  const sessions = options.sessions ?? memorySessionStore();
  if (sessions.read() === undefined) sessions.write(aSession(server.signIn(userId), time));
  const sessionId = sessions.read()?.session_id;
  let ids = 0;
  const client = new ConfabClient({
    baseUrl: 'http://fake',
    sessions,
    outboxStore: options.outboxStore ?? memoryOutboxStore(),
    environment: {
      fetch: server.fetch,
      openSocket: server.openSocket,
      now: time.now,
      setTimer: time.setTimer,
      random: () => 0.5,
      newId: () => {
        ids += 1;
        return `${sessionId}-${ids}`;
      },
      ...options.environment,
    },
  });
  void client.resume();
  return client;
}

export function aSession(tokens: TokensResponse, time: VirtualTime): StoredSession {
  const { expires_in: expiresIn, ...session } = tokens;
  return { ...session, expires_at_ms: time.now() + expiresIn * 1000 };
}

export function chat(client: ConfabClient): ChatClient {
  if (client.chat === undefined) throw new Error('nobody is signed in');
  return client.chat;
}

export function conversation(client: ConfabClient, id = convoId): ConversationState {
  const state = chat(client).state.conversations.get(id);
  if (state === undefined) throw new Error('the conversation is not loaded');
  return state;
}

/** What the client shows of the conversation. */
export function rows(client: ConfabClient, id = convoId): TimelineRow[] {
  const conversation = client.chat?.state.conversations.get(id);
  if (client.chat === undefined || conversation === undefined) return [];
  return timelineRows(conversation.timeline, client.chat.state.me.user_id);
}

/** The messages that the client shows. */
export function shown(client: ConfabClient): MessageView[] {
  return rows(client).flatMap((row) => (row.kind === 'message' ? [row.message] : []));
}

/** The texts that the client shows; `?` marks what is not confirmed and `!` what failed. */
export function texts(client: ConfabClient, id = convoId): string[] {
  const marks = { queued: '?', failed: '!' };
  return rows(client, id).map((row) =>
    row.kind === 'message' ? row.message.content : `${row.pending.content}${marks[row.pending.state]}`,
  );
}

export function aMessage(seqNo: number, overrides: Partial<MessageView> = {}): MessageView {
  return {
    convo_id: convoId,
    server_msg_id: `m-${seqNo}`,
    seq_no: seqNo,
    sender_id: grace,
    client_msg_id: `cm-${seqNo}`,
    content: `message ${seqNo}`,
    created_at: '2026-01-01T12:00:00.000Z',
    ...overrides,
  };
}

/** A direct conversation as the server shows it to one of the two. */
export function aView(overrides: Partial<ConversationView> = {}): ConversationView {
  return {
    convo_id: convoId,
    type: 'direct',
    title: null,
    topic: null,
    avatar: null,
    archived_at: null,
    history: 'all',
    posting: 'everybody',
    created_at: '2026-01-01T00:00:00.000Z',
    member_count: 2,
    members: [],
    version: 0,
    seq: 0,
    rev: 0,
    capabilities: [],
    role: 'member',
    state: 'member',
    from_seq: 0,
    muted_until: null,
    read_seq: 0,
    unread: 0,
    last_message: null,
    ...overrides,
  };
}

/** What the tabs of one browser hear of each other. */
export function tabChannels(): () => TabChannel {
  const tabs = new Set<Set<(message: unknown) => void>>();
  return () => {
    const own = new Set<(message: unknown) => void>();
    tabs.add(own);
    return {
      post(message) {
        for (const tab of tabs)
          if (tab !== own) for (const listener of tab) listener(structuredClone(message));
      },
      subscribe(listener) {
        own.add(listener);
        return () => own.delete(listener);
      },
    };
  };
}

/** The session store of the tabs of one browser: each hears of what the others write. */
export function tabSessions(): () => SessionStore {
  const shared = memorySessionStore();
  const listeners = new Set<() => void>();
  return () => {
    let own: (() => void) | undefined;
    const tellOthers = () => {
      for (const listener of listeners) if (listener !== own) listener();
    };
    return {
      read: () => structuredClone(shared.read()),
      write(session) {
        shared.write(session);
        tellOthers();
      },
      clear() {
        shared.clear();
        tellOthers();
      },
      subscribe(listener) {
        own = listener;
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  };
}
