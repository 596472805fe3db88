/**
 * Every shape that was ever on the wire, through the schema and the consumer of today. A sample is never edited: when a
 * shape changes, a sample is added, and this suite says whether the old one is still understood.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { accountEvent, noticeKind } from '../../events/account-event.ts';
import { changeAccepted, messageChange, timelineEvent } from '../../events/change-accepted.ts';
import {
  messageChangeFrame,
  messageDeliveredFrame,
  messageReadFrame,
  messageSendFrame,
  messageUnreadFrame,
  pingFrame,
  presenceFrame,
  syncFrame,
  threadMarkFrame,
  typingFrame,
} from '../../events/client-frames.ts';
import { messageAccepted } from '../../events/message-accepted.ts';
import { noticePublished } from '../../events/notice-published.ts';
import { presenceCheck } from '../../events/presence-check.ts';
import { batchFrame, serverEvent, serverFrame } from '../../events/server-frames.ts';
import { webSocketRoutes } from '../../functions/routes.ts';
import { consumeAccountEvent } from '../../shared/account-events/consume-account-event.ts';
import { announceTyping } from '../../shared/conversations/announce-typing.ts';
import { markDelivered } from '../../shared/conversations/mark-delivered.ts';
import { markRead } from '../../shared/conversations/mark-read.ts';
import { markUnread } from '../../shared/conversations/mark-unread.ts';
import { cachedRoster } from '../../shared/conversations/roster.ts';
import { missedEvents } from '../../shared/conversations/sync.ts';
import type { Message } from '../../shared/messages/message.ts';
import { processGroup } from '../../shared/messages/process-group.ts';
import { submitChange } from '../../shared/messages/submit-change.ts';
import { submitMessage } from '../../shared/messages/submit-message.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import { tellNotice } from '../../shared/notices/tell-notice.ts';
import { markThread } from '../../shared/threads/mark-thread.ts';
import { parseFrame } from '../../web/client/parse-frame.ts';
import {
  aConnection,
  aConversation,
  aNewMessage,
  anIdentity,
  anna,
  countingIds,
  instantBackoff,
  membershipsOf,
  movableClock,
  startMs,
} from '../support/builders.ts';
import { inMemoryBlockStore } from '../support/in-memory-block-store.ts';
import { codesUnderTest } from '../support/in-memory-codes.ts';
import { inMemoryConnectionStore, inMemorySockets } from '../support/in-memory-connections.ts';
import { inMemoryConversationStore } from '../support/in-memory-conversation-store.ts';
import { inMemoryMessageStore } from '../support/in-memory-message-store.ts';
import { inMemoryQueue, inMemoryQueueControl } from '../support/in-memory-queue.ts';
import { inMemoryThreadMarks } from '../support/in-memory-threads.ts';
import { inMemoryUserStore } from '../support/in-memory-user-store.ts';
import { inMemoryWebhookQueue } from '../support/in-memory-webhooks.ts';
import { besideConversations } from '../support/sync-deps.ts';
import { consumePresenceCheck, consumePresenceFrame } from './presence-consumers.ts';

const folder = new URL('../../events/samples/', import.meta.url);

/** The samples of a folder: what they are of, and what stands in them. */
function samplesIn(path: string): [name: string, text: string][] {
  return readdirSync(new URL(path, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, readFileSync(new URL(path + name, folder), 'utf8')]);
}

/** `message.ack.persisted.v1.json` → `message.ack.persisted`. */
const kindOf = (file: string) => file.replace(/\.v\d+\.json$/, '');

/** A world in which somebody may send to, read and sync this conversation. */
function worldOf(convoId: string, userId: string, seq = 0, rev = 0) {
  const clock = movableClock();
  const users = inMemoryUserStore();
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ convoId, members: [userId], seq, rev });
  conversations.put(conversation, membershipsOf(conversation, [userId]));
  return {
    clock,
    conversations,
    messages: inMemoryMessageStore(conversations),
    roster: cachedRoster(conversations),
    connections: inMemoryConnectionStore(clock),
    gateway: inMemorySockets(),
    backoff: instantBackoff(),
    ids: countingIds(),
    users,
    blocks: inMemoryBlockStore(users),
    gate: { admit: async () => undefined },
    queue: inMemoryQueue(),
    webhooks: inMemoryWebhookQueue(),
  };
}

/** The world of a queue message: its sender owns the conversation, whose first message they wrote. */
async function behindQueue(text: string, first: Partial<Message> = {}) {
  const sample = timelineEvent.parse(JSON.parse(text));
  const { convo_id: convoId, sender_id: senderId, connection_id: connectionId } = sample;
  const world = worldOf(convoId, senderId);
  const conversation = aConversation({ convoId, members: [senderId] });
  world.conversations.put(conversation, membershipsOf(conversation, [senderId], senderId));
  await world.messages.commit(conversation, [aNewMessage({ convoId, senderId, ...first })]);
  await world.connections.open(aConnection(senderId, connectionId));
  const record = {
    messageId: 'queue-message',
    receiptHandle: 'receipt',
    body: text,
    groupId: convoId,
    // Its predecessors are not coming any more.
    receiveCount: 6,
  };
  const deps = { ...world, queue: inMemoryQueueControl(), maxReceiveCount: 10 };
  const report = await processGroup([record], deps);
  return { report, events: world.gateway.events(connectionId) };
}

describe('a queue message that was shipped', () => {
  it.each(samplesIn('').filter(([name]) => name.startsWith('message-accepted.')))(
    '%s is stored, and its sender hears of it',
    async (_, text) => {
      const sample = messageAccepted.parse(JSON.parse(text));
      expect(sample).toEqual(JSON.parse(text));
      const { report, events } = await behindQueue(text);
      expect(report).toMatchObject({ failed: [], parked: [], settled: [{ kind: 'persisted' }] });
      const { content, reply_to, mentions, thread, client_msg_id } = sample;
      expect(events).toMatchObject([
        { type: 'message.ack', status: 'persisted', client_msg_id },
        { type: 'message.create', content, ...(reply_to && { reply_to }), ...(mentions && { mentions }) },
        ...(thread ? [{ type: 'message.update', message: { seq_no: thread, replies: { count: 1 } } }] : []),
      ]);
    },
  );

  const changes = samplesIn('').filter(([name]) => name.startsWith('change-accepted.'));

  it.each(changes)('%s changes its message, and its sender hears of it', async (_, text) => {
    const sample = changeAccepted.parse(JSON.parse(text));
    expect(sample).toEqual(JSON.parse(text));
    const { change, sender_id } = sample;
    const before: Partial<Message> = {
      ...(change.kind === 'unreact' && { reactions: [{ emoji: change.emoji, userIds: [sender_id] }] }),
      ...(change.kind === 'unpin' && { pinned: true }),
    };
    const { report, events } = await behindQueue(text, before);
    expect(report).toMatchObject({ failed: [], parked: [], settled: [{ change: { effective: true } }] });
    expect(events).toMatchObject([
      { type: 'message.ack', status: 'persisted', client_msg_id: sample.client_msg_id, rev: 1 },
      { type: 'message.update', prev_rev: 0, rev: 1, message: { seq_no: 1 } },
    ]);
  });

  it('exists for every change that there is', () => {
    const kinds = changes.map(([, text]) => changeAccepted.parse(JSON.parse(text)).change.kind);
    const all = messageChange.def.options.map(({ shape }) => String(shape.kind.def.values));
    expect([...new Set(kinds)].toSorted()).toEqual(all.toSorted());
  });
});

describe('a presence check that was shipped', () => {
  const samples = samplesIn('').filter(([name]) => name.startsWith('presence-check.'));

  it.each(samples)('%s is read as it was written, and looked into', async (_, text) => {
    expect(presenceCheck.parse(JSON.parse(text))).toEqual(JSON.parse(text));
    await consumePresenceCheck(text);
  });
});

describe('a notice that was shipped', () => {
  const samples = samplesIn('').filter(([name]) => name.startsWith('notice-published.'));

  it.each(samples)('%s is read as it was written, and told', async (_, text) => {
    const event = noticePublished.parse(JSON.parse(text));
    expect(event).toEqual(JSON.parse(text));
    const { gateway, connections, conversations } = worldOf(`c_${'0'.repeat(26)}`, anna);
    const connection = aConnection(anna);
    await connections.open(connection);
    const page = async () => ({ connections: [connection], next: undefined });
    await tellNotice(event, {
      gateway,
      connections,
      conversations: {
        rosterPage: async () => conversations.rosterPage(`c_${'0'.repeat(26)}`, { limit: 1 }),
      },
      everybody: { page },
      notices: { get: async () => aNotice, assign: async () => undefined },
      queue: { enqueue: async () => undefined },
    });
    expect(gateway.events(connection.connectionId)).toMatchObject([
      { type: event.withdrawn ? 'notice.dismissed' : 'system.notice', notice_id: event.notice.notice_id },
    ]);
  });
});

/** What the store answers for any of the samples. */
const aNotice: Notice = {
  noticeId: 'n_any',
  audience: { kind: 'everybody' },
  code: 'notice.text',
  params: {},
  severity: 'info',
  createdAt: new Date(startMs).toISOString(),
  expiresAt: new Date(startMs + 60_000).toISOString(),
};

describe('an account event that was shipped', () => {
  const samples = samplesIn('').filter(([name]) => name.startsWith('account-event.'));

  /** What the consumer of today does with an event that has just occurred. */
  async function consume(text: string) {
    const event = accountEvent.parse(JSON.parse(text));
    const world = codesUnderTest();
    const called: unknown[] = [];
    if (event.name === 'code.requested' && event.user_id === null) world.accounts.hold(event.to, anna);
    const outcome = await consumeAccountEvent(event, {
      ...world,
      clock: { now: () => event.occurred_at_ms },
      closeSessions: async (ended) => void called.push(ended),
      eraseAccount: async (userId) => void called.push(userId),
    });
    return { event, outcome, called, mails: world.mailer.sent, texts: world.texter.sent };
  }

  it.each(samples)('%s is read as it was written, and has its consequence', async (_, text) => {
    const { event, outcome, called, mails, texts } = await consume(text);
    expect(event).toEqual(JSON.parse(text));
    switch (event.name) {
      case 'code.requested':
        expect(outcome).toBe('code_sent');
        expect((event.to.channel === 'email' ? mails : texts).map(({ text }) => text)).toEqual([
          expect.stringMatching(/\b\d{6}\b/),
        ]);
        break;
      case 'account.notice':
        expect([outcome, mails.map(({ to }) => to)]).toEqual(['sent', [event.email]]);
        break;
      case 'sessions.ended':
        expect([outcome, called]).toEqual(['closed', [event]]);
        break;
      case 'account.erased':
        expect([outcome, called]).toEqual(['erased', [event.user_id]]);
    }
  });

  it('exists for every name and every notice that there is', () => {
    const events = samples.map(([, text]) => accountEvent.parse(JSON.parse(text)));
    const names = accountEvent.def.options.map(({ shape }) => String(shape.name.def.values));
    expect([...new Set(events.map(({ name }) => name))].toSorted()).toEqual(names.toSorted());
    const notices = events.flatMap((event) => (event.name === 'account.notice' ? [event.notice] : []));
    expect(notices.toSorted()).toEqual(noticeKind.options.toSorted());
  });
});

const changeActions = messageChangeFrame.def.options.map(({ shape }) => String(shape.action.def.values));

const clientSchemas: Record<string, z.ZodMiniType> = {
  'message.send': messageSendFrame,
  ...Object.fromEntries(changeActions.map((action) => [action, messageChangeFrame])),
  'message.read': messageReadFrame,
  'message.delivered': messageDeliveredFrame,
  'message.unread': messageUnreadFrame,
  'presence.subscribe': presenceFrame,
  'presence.unsubscribe': presenceFrame,
  'presence.set': presenceFrame,
  'thread.read': threadMarkFrame,
  'threads.read': threadMarkFrame,
  'typing.start': typingFrame,
  'typing.stop': typingFrame,
  sync: syncFrame,
  ping: pingFrame,
};

/** What the server of today does with a frame of each kind; each says that it was understood. */
const clientConsumers: Record<string, (text: string) => Promise<void>> = {
  async 'message.send'(text) {
    const frame = messageSendFrame.parse(JSON.parse(text));
    const world = worldOf(frame.convo_id, anna);
    if (frame.forward) await holdMessage(frame.forward, world);
    const request = { frame, connectionId: 'c', requestId: 'r', receivedAtMs: startMs };
    await submitMessage({ ...request, identity: anIdentity() }, world);
    const { content, reply_to, mentions, thread, forward } = frame;
    expect(messageAccepted.parse(world.queue.messages[0])).toMatchObject({
      content,
      ...(reply_to && { reply_to }),
      ...(mentions && { mentions }),
      ...(thread && { thread }),
      ...(forward && { forwarded: { content: 'said elsewhere' } }),
    });
  },
  ...Object.fromEntries(changeActions.map((action) => [action, submitSampleChange])),
  async 'message.delivered'(text) {
    const frame = messageDeliveredFrame.parse(JSON.parse(text));
    const { event } = await markDelivered(anna, frame, worldOf(frame.convo_id, anna, frame.seq_no));
    expect(event.seq_no).toBe(frame.seq_no);
  },
  async 'message.unread'(text) {
    const frame = messageUnreadFrame.parse(JSON.parse(text));
    const world = worldOf(frame.convo_id, anna, frame.seq_no + 5);
    await world.conversations.advanceReadSeq(anna, frame.convo_id, { seq: frame.seq_no + 5, atMs: startMs });
    const { event } = await markUnread(anna, { ...frame, receivedAtMs: startMs }, world);
    expect(event.seq_no).toBe(frame.seq_no);
  },
  'presence.subscribe': consumePresenceFrame,
  'presence.unsubscribe': consumePresenceFrame,
  'presence.set': consumePresenceFrame,
  'thread.read': markSampleThread,
  'threads.read': markSampleThread,
  'typing.start': announceSampleTyping,
  'typing.stop': announceSampleTyping,
  async 'message.read'(text) {
    const frame = messageReadFrame.parse(JSON.parse(text));
    const world = worldOf(frame.convo_id, anna, frame.seq_no);
    const mark = await markRead(anna, { ...frame, receivedAtMs: startMs }, world);
    expect(mark).toMatchObject({ event: { seq_no: frame.seq_no }, audience: [anna] });
  },
  async sync(text) {
    const { cursors } = syncFrame.parse(JSON.parse(text));
    const [convoId = '', cursor = 0] = Object.entries(cursors)[0] ?? [];
    const { seq_no, rev } = typeof cursor === 'number' ? { seq_no: cursor, rev: 0 } : cursor;
    const events = await missedEvents(anna, cursors, {
      ...worldOf(convoId, anna, seq_no, rev),
      ...besideConversations(),
    });
    expect(events).toMatchObject([
      { type: 'synced', conversations: [{ sent_seq: seq_no, sent_rev: rev, limited: false }] },
    ]);
  },
  async ping(text) {
    expect(pingFrame.safeParse(JSON.parse(text)).success).toBe(true);
  },
};

/** A message that is there, in a conversation of Anna's. */
async function holdMessage(
  place: { convo_id: string; seq_no: number },
  { conversations, messages }: ReturnType<typeof worldOf>,
): Promise<void> {
  const { convo_id: convoId, seq_no: seq } = place;
  const conversation = aConversation({ convoId, members: [anna], seq: seq - 1 });
  conversations.put(conversation, membershipsOf(conversation, [anna]));
  await messages.commit(conversation, [aNewMessage({ convoId, seq, content: 'said elsewhere' })]);
}

async function markSampleThread(text: string): Promise<void> {
  const frame = threadMarkFrame.parse(JSON.parse(text));
  const convoId = frame.convo_id;
  const world = worldOf(convoId, anna, 19);
  const [root, count] = 'thread' in frame ? [frame.thread, frame.thread_seq] : [1, 0];
  const replies = { count, lastSeq: 19, lastAt: 'now', userIds: [anna], places: [count] };
  const conversation = aConversation({ convoId, members: [anna], seq: 19 });
  const entry = aNewMessage({ convoId, seq: root, replies });
  await world.messages.commit(conversation, [entry]);
  world.conversations.put(conversation, membershipsOf(conversation, [anna]));
  const { event, audience } = await markThread(anna, frame, { ...world, threadMarks: inMemoryThreadMarks() });
  const { action, ...mark } = frame;
  expect({ event, audience }).toEqual({ event: { type: action, user_id: anna, ...mark }, audience: [anna] });
}

async function submitSampleChange(text: string): Promise<void> {
  const frame = messageChangeFrame.parse(JSON.parse(text));
  const world = worldOf(frame.convo_id, anna);
  const request = { frame, connectionId: 'c', requestId: 'r', receivedAtMs: startMs };
  await submitChange({ ...request, identity: anIdentity() }, world);
  expect(changeAccepted.parse(world.queue.messages[0])).toMatchObject({ change: { seq_no: frame.seq_no } });
}

async function announceSampleTyping(text: string): Promise<void> {
  const frame = typingFrame.parse(JSON.parse(text));
  const { event } = await announceTyping(anna, frame, worldOf(frame.convo_id, anna));
  expect(event).toMatchObject({ type: frame.action, user_id: anna });
}

describe('a frame that a client was shipped with', () => {
  const samples = samplesIn('client-frames/');

  it.each(samples)('%s is read as it was written', (name, text) => {
    const sample: unknown = JSON.parse(text);
    expect(clientSchemas[kindOf(name)]?.parse(sample)).toEqual(sample);
  });

  it.each(samples)('%s is understood', async (name, text) => {
    const consume = clientConsumers[kindOf(name)];
    expect(consume).toBeDefined();
    await consume?.(text);
  });

  it('exists for every action that there is', () => {
    const actions = webSocketRoutes.map(({ routeKey }) => routeKey).filter((key) => !key.startsWith('$'));
    expect([...new Set(samples.map(([name]) => kindOf(name)))].toSorted()).toEqual(actions.toSorted());
  });
});

describe('a frame that the server was shipped with', () => {
  const samples = samplesIn('server-frames/');

  it.each(samples)('%s is read as it was written, and what it did not know yet is filled in', (_, text) => {
    const sample: object = JSON.parse(text);
    expect(serverFrame.parse(sample)).toMatchObject(sample);
  });

  it.each(samples)('%s is understood by the client', (_, text) => {
    const frame = serverFrame.parse(JSON.parse(text));
    expect(parseFrame(text)).toEqual(frame.type === 'batch' ? frame.events : [frame]);
  });

  it('exists for every type that there is', () => {
    const types = [...serverEvent.def.options, batchFrame].flatMap((option) => {
      const shapes = 'options' in option.def ? option.def.options : [option];
      return shapes.map((shape) => 'shape' in shape.def && String(shape.def.shape.type.def.values));
    });
    const sampled = samples.map(([, text]) => serverFrame.parse(JSON.parse(text)).type);
    expect(new Set(sampled)).toEqual(new Set(types));
  });
});

it('has no sample that nobody reads', () => {
  const readers = [
    'message-accepted.v',
    'change-accepted.',
    'account-event.',
    'presence-check.v',
    'notice-published.',
    'webhook-delivery.',
  ];
  expect(samplesIn('').every(([name]) => readers.some((reader) => name.startsWith(reader)))).toBe(true);
  expect(samplesIn('').length).toBeGreaterThan(0);
});
