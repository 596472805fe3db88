import { describe, expect, it } from 'vitest';
import { exportResponse } from '../../events/user-contracts.ts';
import {
  aConversation,
  aMessage,
  anIdentity,
  anna,
  aProfile,
  aSession,
  ben,
  convoId,
  membershipsOf,
  movableClock,
  startMs,
} from '../../test/support/builders.ts';
import { inMemoryBlockStore } from '../../test/support/in-memory-block-store.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import type { Session } from '../auth/session.ts';
import { limits } from '../limits.ts';
import { exportAccount } from './export-account.ts';
import { exportCursor } from './export-cursor.ts';

const now = new Date(startMs).toISOString();
const team = convoId('team');
const session: Session = aSession({
  userId: anna,
  previousRefreshHash: 'previous hash',
  device: { userAgent: 'Firefox', ip: '203.0.113.7' },
});

async function setup(messageCount = 3) {
  const clock = movableClock();
  const users = inMemoryUserStore(aProfile('anna', { emailVerified: true }), aProfile('ben'));
  const blocks = inMemoryBlockStore(users);
  await blocks.put(anna, ben, now);
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ convoId: team, seq: messageCount });
  conversations.put(conversation, membershipsOf(conversation, [anna, ben]));
  const all = Array.from({ length: messageCount }, (_, at) =>
    aMessage({ seq: at + 1, senderId: at % 2 === 0 ? anna : ben }),
  );
  const deps = {
    clock,
    users,
    blocks,
    conversations,
    sessions: { get: async () => session, list: async () => [session] },
    secondFactor: { isActive: async () => true },
    messages: {
      range: async (id: string, from: number, to: number) =>
        all.filter(({ convoId: of, seq }) => of === id && seq >= from && seq <= to),
    },
  };
  const page = (cursor?: string, identity = anIdentity()) => exportAccount(identity, cursor, deps);
  return { clock, users, page };
}

describe('exportAccount', () => {
  it('begins with the account, and has what the person wrote', async () => {
    const { page } = await setup();
    const first = exportResponse.parse(await page());
    expect(first.account).toEqual({
      user: expect.objectContaining({ user_id: anna, email: 'anna@example.org', email_verified: true }),
      sessions: [
        {
          session_id: session.sessionId,
          created_at: now,
          last_used_at: now,
          authenticated_at: now,
          expires_at: expect.stringMatching(/^2026-03-15T/),
          user_agent: 'Firefox',
          ip: '203.0.113.7',
        },
      ],
      blocked: [ben],
      second_factor: true,
      exported_at: now,
    });
    expect(first.messages.map(({ seq_no }) => seq_no)).toEqual([1, 3]);
    expect(first.next_cursor).toBeNull();
  });

  it('names nothing that a session could be taken over with', async () => {
    const { page } = await setup();
    const text = JSON.stringify(await page());
    for (const secret of [session.refreshHash, 'previous hash']) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/hash/i);
  });

  it('goes on by the cursor, without the account, to the end', async () => {
    const { page } = await setup(2_500);
    const first = await page();
    const second = await page(first.next_cursor ?? '');
    const third = await page(second.next_cursor ?? '');
    expect(second.account).toBeUndefined();
    expect(third.next_cursor).toBeNull();
    const seqs = [first, second, third].flatMap(({ messages }) => messages.map(({ seq_no }) => seq_no));
    expect(seqs).toEqual(Array.from({ length: 1_250 }, (_, at) => at * 2 + 1));
  });

  it('asks for a recent proof of who it is on the first page only', async () => {
    const { page, clock } = await setup(1_500);
    const { next_cursor } = await page();
    clock.advance((limits.recentAuthenticationSeconds + 1) * 1_000);
    await expect(page()).rejects.toMatchObject({ code: 'auth.reauthentication_required' });
    expect((await page(next_cursor ?? '')).messages).toHaveLength(250);
  });

  it('[A2] takes nobody else’s cursor', async () => {
    const { page } = await setup();
    const foreign = exportCursor(ben, { convoId: team, seq: 1 });
    await expect(page(foreign)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('is over with the account', async () => {
    const { page, users } = await setup();
    const profile = await users.get(anna);
    if (profile) await users.erase(profile, now);
    await expect(page()).rejects.toMatchObject({ code: 'auth.session_ended' });
  });
});
