import type { TicketResponse } from '../../events/account-contracts.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { type Ids, sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { Identity } from './access-token.ts';
import type { SessionStore } from './session.ts';

/** One-use tickets for the socket, kept as SHA-256 only. */
export interface TicketStore {
  put(ticketHash: string, identity: Identity, expiresAt: number): Promise<void>;
  /** Takes the ticket away and answers whose it was; undefined for a used, expired or invented one. */
  redeem(ticketHash: string, nowSeconds: number): Promise<Identity | undefined>;
}

/** A ticket opens one socket within 30 seconds: the access token itself never stands in a URL (ASVS 14.2.1). */
export async function issueTicket(
  identity: Identity,
  deps: { tickets: TicketStore; ids: Ids; clock: Clock; webSocketUrl: string },
): Promise<TicketResponse> {
  const ticket = deps.ids.secret();
  const expiresAt = epochSeconds(deps.clock.now()) + limits.ticketTtlSeconds;
  await deps.tickets.put(sha256(ticket), identity, expiresAt);
  return { ticket, url: deps.webSocketUrl, expires_in: limits.ticketTtlSeconds };
}

/** Whose ticket it is, if it was never used, is not expired and its session still lives. */
export async function redeemTicket(
  ticket: string | undefined,
  deps: { tickets: TicketStore; sessions: Pick<SessionStore, 'isLive'>; clock: Clock },
): Promise<Identity | undefined> {
  if (!ticket || !/^[\w-]{43}$/.test(ticket)) return undefined;
  const identity = await deps.tickets.redeem(sha256(ticket), epochSeconds(deps.clock.now()));
  if (!identity || !(await deps.sessions.isLive(identity))) return undefined;
  return identity;
}
