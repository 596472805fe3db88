import { describe, expect, it } from 'vitest';
import { anIdentity, aSession, countingIds, movableClock } from '../../test/support/builders.ts';
import { inMemoryTicketStore } from '../../test/support/in-memory-auth.ts';
import { inMemorySessionStore } from '../../test/support/in-memory-session-store.ts';
import { issueTicket, redeemTicket, type TicketStore } from './ticket.ts';

async function setup() {
  const clock = movableClock();
  const sessions = inMemorySessionStore(clock);
  await sessions.add(aSession());
  const hashes: string[] = [];
  const store = inMemoryTicketStore();
  const tickets: TicketStore = {
    ...store,
    async put(hash, identity, expiresAt) {
      hashes.push(hash);
      await store.put(hash, identity, expiresAt);
    },
  };
  const issue = () =>
    issueTicket(anIdentity(), { tickets, ids: countingIds(), clock, webSocketUrl: 'wss://chat.example.org' });
  const redeem = (ticket: string | undefined) => redeemTicket(ticket, { tickets, sessions, clock });
  return { clock, sessions, hashes, issue, redeem };
}

describe('a socket ticket', () => {
  it('[C1] says where to connect, and for how long', async () => {
    const { issue } = await setup();
    expect(await issue()).toEqual({
      ticket: expect.stringMatching(/^[\w-]{43}$/),
      url: 'wss://chat.example.org',
      expires_in: 30,
    });
  });

  it('is kept as a hash only', async () => {
    const { issue, hashes } = await setup();
    const { ticket } = await issue();
    expect(hashes).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(hashes).not.toContain(ticket);
  });

  it('[C1] opens one socket, once', async () => {
    const { issue, redeem } = await setup();
    const { ticket } = await issue();
    expect(await redeem(ticket)).toEqual(anIdentity());
    expect(await redeem(ticket)).toBeUndefined();
  });

  it('[C1] opens none after thirty seconds', async () => {
    const { issue, redeem, clock } = await setup();
    const { ticket } = await issue();
    clock.advance(30_000);
    expect(await redeem(ticket)).toBeUndefined();
  });

  it('[P8] opens none for a session that ended meanwhile', async () => {
    const { issue, redeem, sessions } = await setup();
    const { ticket } = await issue();
    const { userId, sessionId } = anIdentity();
    await sessions.end(userId, [sessionId]);
    expect(await redeem(ticket)).toBeUndefined();
  });

  it.each([undefined, '', 'invented', 'A'.repeat(43), 'x'.repeat(10_000), '\u0000'])(
    '[C1] opens none that was invented: %.20j',
    async (ticket) => {
      const { redeem } = await setup();
      expect(await redeem(ticket)).toBeUndefined();
    },
  );
});
