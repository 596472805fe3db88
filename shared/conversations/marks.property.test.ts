/** Marks under requests that overtake each other, come twice and run side by side. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aConversation, anna, aProfile, convoId, startMs } from '../../test/support/builders.ts';
import { conversationWithMembers } from '../../test/support/conversation-with-members.ts';
import type { InMemoryConversations } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { effectiveReadSeq, receiptOf, unreadCount } from './conversation.ts';
import { markDelivered } from './mark-delivered.ts';
import { markRead } from './mark-read.ts';
import { markUnread } from './mark-unread.ts';

const team = convoId('team');
const lastSeq = 12;

type Request =
  | { readonly kind: 'read' | 'unread'; readonly seq: number; readonly atMs: number }
  | { readonly kind: 'delivered'; readonly seq: number }
  /** Anna's own message becomes the last one. */
  | { readonly kind: 'send' };

const seq = fc.integer({ min: 0, max: lastSeq });
const atMs = fc.integer({ min: startMs, max: startMs + 20 });
const mark = (kind: 'read' | 'unread') => fc.record({ kind: fc.constant(kind), seq, atMs });
const delivered = fc.record({ kind: fc.constant('delivered' as const), seq });
const send = fc.constant({ kind: 'send' } as const);
/** Any order is one in which requests can be handled, and whatever is drawn twice came twice. */
const requests = fc.array(fc.oneof(mark('read'), mark('unread'), delivered, send), {
  minLength: 1,
  maxLength: 25,
});

const aTeam = (): InMemoryConversations => conversationWithMembers({ seq: lastSeq }).conversations;

const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'));

async function handle(request: Request, conversations: InMemoryConversations): Promise<void> {
  if (request.kind === 'send') {
    const counter = conversations.counters.get(team) ?? aConversation();
    const next = counter.seq + 1;
    conversations.counters.set(team, { ...counter, seq: next, recentSenders: { [anna]: next } });
    return;
  }
  const call = { convo_id: team, seq_no: request.seq };
  if (request.kind === 'delivered') await markDelivered(anna, call, { conversations, users });
  else {
    const use = request.kind === 'read' ? markRead : markUnread;
    await use(anna, { ...call, receivedAtMs: request.atMs }, { conversations, users });
  }
}

async function standing(conversations: InMemoryConversations) {
  const [membership, conversation] = [
    await conversations.membership(anna, team),
    conversations.counters.get(team),
  ];
  if (!membership || !conversation) throw new Error('Anna is a member');
  return {
    ...receiptOf(conversation, membership),
    mine: effectiveReadSeq(conversation, membership),
    unread: unreadCount(conversation, membership),
    seq: conversation.seq,
    marked: membership.readSeq,
    unreadMark: membership.unreadMark,
  };
}

type Standing = Awaited<ReturnType<typeof standing>>;

/** Anna's standing before and after each request of a random history. */
const atEachStep = (
  check: (before: Standing, request: Request, now: Standing) => void,
  options: fc.Parameters<[Request[]]>,
) =>
  fc.assert(
    fc.asyncProperty(requests, async (history) => {
      const conversations = aTeam();
      let before = await standing(conversations);
      for (const request of history) {
        await handle(request, conversations);
        const now = await standing(conversations);
        check(before, request, now);
        before = now;
      }
    }),
    options,
  );

describe('marks, whatever order requests come in', () => {
  it('[U1] [U5] only rise for others, and the read one never passes the delivered one', async () => {
    await atEachStep(
      (before, _request, now) => {
        expect(now.readSeq).toBeGreaterThanOrEqual(before.readSeq);
        expect(now.deliveredSeq).toBeGreaterThanOrEqual(before.deliveredSeq);
        expect(now.deliveredSeq).toBeGreaterThanOrEqual(now.readSeq);
        expect(now.seq).toBeGreaterThanOrEqual(now.deliveredSeq);
      },
      { numRuns: 300, seed: 11 },
    );
  });

  it('[U2] leave a count of the unread that fits the mark and is never negative', async () => {
    await atEachStep(
      (_before, _request, now) => {
        expect(now.unread).toBe(now.seq - now.mine);
        expect(now.unread).toBeGreaterThanOrEqual(0);
        expect(now.mine).toBeLessThanOrEqual(now.readSeq);
      },
      { numRuns: 300, seed: 12 },
    );
  });

  it('[U6] go back by an explicit request alone, and then only a later or further one leads on', async () => {
    await atEachStep(
      (before, request, now) => {
        if (now.mine < before.mine) expect(request).toMatchObject({ kind: 'unread', seq: now.mine });
        if (!before.unreadMark || now.mine <= before.mine) return;
        expect(request.kind).toBe('read');
        if (request.kind !== 'read') return;
        expect(request.seq).toBeGreaterThan(before.unreadMark.seq);
        expect(request.seq > before.marked || request.atMs >= before.unreadMark.atMs).toBe(true);
      },
      { numRuns: 300, seed: 13 },
    );
  });

  it('[U1] [U5] end at the highest, side by side and each twice', async () => {
    const marks = fc.array(fc.oneof(mark('read'), delivered), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(marks, async (history) => {
        const conversations = aTeam();
        await Promise.all([...history, ...history].map((request) => handle(request, conversations)));
        const highest = (kind: string) =>
          Math.max(0, ...history.filter((one) => one.kind === kind).map((one) => one.seq));
        expect(await standing(conversations)).toMatchObject({
          readSeq: highest('read'),
          deliveredSeq: Math.max(highest('read'), highest('delivered')),
        });
      }),
      { numRuns: 200, seed: 14 },
    );
  });
});
