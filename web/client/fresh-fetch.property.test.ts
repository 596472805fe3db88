import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import type { ConfabClient } from './confab-client.ts';
import { type ConversationState, unreadCount } from './conversation-state.ts';
import { FakeServer } from './testing/fake-server.ts';
import { ada, convoId, grace, startClient } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';
import { unreadInThread } from './thread-state.ts';

/** Ada owns the conversation and Alan is always in it; Grace comes and goes. */
const alan = `u_${'L'.repeat(26)}`;
const people = [ada, grace, alan];

type Act =
  | { readonly kind: 'post' | 'reply' | 'react' | 'edit'; readonly by: number; readonly to: number }
  | { readonly kind: 'title' | 'topic' | 'posting' | 'history' | 'archive' | 'role'; readonly value: number }
  | { readonly kind: 'come' | 'go' | 'cut'; readonly to?: undefined }
  | { readonly kind: 'open' | 'read' | 'load'; readonly to: number }
  | { readonly kind: 'wait'; readonly ms: number };

const acts = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constantFrom('post' as const, 'reply' as const, 'react' as const, 'edit' as const),
        by: fc.nat(2),
        to: fc.nat(30),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'title' as const,
          'topic' as const,
          'posting' as const,
          'history' as const,
          'archive' as const,
          'role' as const,
        ),
        value: fc.nat(1),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom('come' as const, 'go' as const, 'cut' as const) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('open' as const, 'read' as const, 'load' as const),
        to: fc.nat(30),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20_000) }) },
  ),
  { maxLength: 40 },
);
/** The fate of each frame on its way, over and over: 0 loses it, 2 doubles it, 3 holds it back behind the next. */
const fates = fc.array(fc.constantFrom(0, 1, 1, 2, 3), { minLength: 5, maxLength: 40 });

interface Stage {
  readonly time: VirtualTime;
  readonly server: FakeServer;
  readonly clients: ReadonlyMap<string, ConfabClient>;
}

function set(fate: readonly number[]): Stage {
  const time = new VirtualTime();
  const server = new FakeServer(time.now);
  server.addConversation(convoId, people);
  let pushes = 0;
  const held = new Map<string, ServerEvent[][]>();
  server.faults.pushFrame = (events, { userId }) => {
    pushes += 1;
    const copies = fate[pushes % fate.length] ?? 1;
    const waiting = held.get(userId) ?? [];
    held.set(userId, copies === 3 ? [...waiting, events] : copies > 0 ? [] : waiting);
    if (copies === 3) return [];
    return [...Array.from({ length: copies }, () => events), ...(copies > 0 ? waiting : [])];
  };
  const clients = new Map([ada, grace].map((userId) => [userId, startClient({ server, time, userId })]));
  return { time, server, clients };
}

function conversation(client: ConfabClient): ConversationState | undefined {
  return client.chat?.state.conversations.get(convoId);
}

/** The number of some message that this person can see. */
function some({ server }: Stage, userId: string, choice: number): number | undefined {
  const visible = server.world.conversation(convoId).visibleTo(userId);
  const told = visible.filter((message) => message.system === undefined && message.thread === undefined);
  return told[choice % Math.max(1, told.length)]?.seq_no;
}

function say(stage: Stage, { kind, by, to }: Extract<Act, { by: number }>): void {
  const { server } = stage;
  const userId = people[by] ?? ada;
  if (!server.world.conversation(convoId).people.roles.has(userId)) return;
  const seqNo = some(stage, userId, to);
  if (kind === 'post') server.post(convoId, userId, `by ${by}`);
  if (seqNo === undefined) return;
  const id = `${server.messages(convoId).length}-${server.rev(convoId)}-${to}`;
  const change = { convo_id: convoId, client_msg_id: id, seq_no: seqNo };
  if (kind === 'reply') server.post(convoId, userId, 'a reply', undefined, { thread: seqNo });
  if (kind === 'react') server.change(userId, { action: 'reaction.add', ...change, emoji: '👍' });
  if (kind === 'edit') server.change(userId, { action: 'message.edit', ...change, content: id });
}

function decide({ server }: Stage, { kind, value }: Extract<Act, { value: number }>): void {
  const { world } = server;
  if (kind === 'title') world.update(ada, convoId, { title: `title ${value}` });
  if (kind === 'topic') world.update(ada, convoId, { topic: value === 0 ? null : 'a topic' });
  if (kind === 'posting') world.update(ada, convoId, { posting: value === 0 ? 'everybody' : 'admins' });
  if (kind === 'history') world.update(ada, convoId, { history: value === 0 ? 'all' : 'joined' });
  if (kind === 'archive') world.update(ada, convoId, { archived: value === 0 });
  if (kind === 'role') world.putMember(ada, convoId, alan, value === 0 ? 'admin' : 'member');
}

async function look(
  stage: Stage,
  { kind, to }: Extract<Act, { kind: 'open' | 'read' | 'load' }>,
): Promise<void> {
  for (const [userId, client] of stage.clients) {
    const seqNo = some(stage, userId, to);
    const state = conversation(client);
    if (seqNo === undefined || state === undefined || client.chat === undefined) continue;
    // What is asked for while the connection is away, or by somebody who has just left, may fail.
    const loading = [];
    if (kind === 'open')
      loading.push(client.chat.threads.open(convoId, seqNo), client.chat.membership.load(convoId));
    if (kind === 'load') loading.push(client.chat.loadOlder(convoId));
    const loaded = Promise.allSettled(loading);
    if (kind === 'read') {
      const thread = state.threads.get(seqNo);
      client.chat.markRead(convoId, state.timeline.cursor);
      if (thread !== undefined) client.chat.threads.markRead(convoId, seqNo, thread.cursor);
    }
    await stage.time.advance(0);
    await loaded;
  }
}

async function play(stage: Stage, act: Act): Promise<void> {
  const { world } = stage.server;
  if ('by' in act) say(stage, act);
  else if ('value' in act) decide(stage, act);
  else if (act.kind === 'come') world.putMember(ada, convoId, grace);
  else if (act.kind === 'go') world.removeMember(ada, convoId, grace);
  else if (act.kind === 'wait') await stage.time.advance(act.ms);
  else if (act.kind === 'cut') for (const socket of stage.server.sockets) socket.drop(1006);
  else if (act.to !== undefined) await look(stage, act);
}

/** What a client shows of the conversation when it has paged to its beginning, and of each thread that it has opened. */
async function whole({ time }: Stage, client: ConfabClient, roots: readonly number[]) {
  const chat = client.chat;
  if (chat === undefined) throw new Error('nobody is signed in');
  for (const rootSeq of roots) await chat.threads.open(convoId, rootSeq);
  for (
    let state = conversation(client);
    state !== undefined && !state.timeline.isFromStart;
    state = conversation(client)
  )
    await chat.loadOlder(convoId);
  await chat.membership.load(convoId);
  await time.advance(60_000);
  const state = conversation(client);
  if (state === undefined) throw new Error('the conversation is not there');
  const { view, timeline, threads, roster, threadMarks } = state;
  const { seq: _seq, rev: _rev, read_seq: _read, unread: _unread, last_message: _last, ...shown } = view;
  return {
    view: shown,
    messages: timeline.messages,
    members: [...(roster?.members ?? [])].map(([id, { role }]) => [id, role]),
    threads: roots.map((rootSeq) => {
      const thread = threads.get(rootSeq);
      return (
        thread && {
          root: thread.root,
          messages: thread.messages,
          unread: unreadInThread(thread.root, threadMarks),
        }
      );
    }),
    unread: unreadCount(state),
    last: { ...state.lastMessage, rev: 0 },
  };
}

it('[Y1][Y8] events applied to an old state equal a fresh fetch, whatever happens on the way', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(acts, fates, async (steps, fate) => {
      const stage = set(fate);
      const { server, time, clients } = stage;
      await time.advance(1_000);
      for (const step of steps) await play(stage, step);
      server.faults.pushFrame = (events) => [events];
      await time.advance(10 * 60_000);
      for (const [userId, client] of clients) {
        const state = conversation(client);
        const { people: members } = server.world.conversation(convoId);
        if (members.left.has(userId)) {
          // Not one message more or less than there was for them; what it said then, no fetch could tell.
          const seen = server.world
            .conversation(convoId)
            .visibleTo(userId)
            .map(({ seq_no }) => seq_no);
          const from = state?.timeline.messages[0]?.seq_no ?? Infinity;
          expect(state?.view).toMatchObject({
            state: 'removed',
            capabilities: [],
            members: [],
            member_count: 0,
          });
          expect(state?.timeline.messages.map(({ seq_no }) => seq_no)).toEqual(
            seen.filter((seq) => seq >= from),
          );
        } else {
          const roots = [...(state?.threads.keys() ?? [])];
          const fresh = startClient({ server, time, userId });
          await time.advance(1_000);
          expect(await whole(stage, client, roots)).toEqual(await whole(stage, fresh, roots));
          const stored = server.world.conversation(convoId).visibleTo(userId);
          expect(conversation(client)?.timeline.messages).toEqual(stored);
          fresh.close();
        }
        client.close();
      }
    }),
    { numRuns: 150 },
  );
});
