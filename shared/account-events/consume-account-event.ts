import type { AccountEvent, SessionsEnded } from '../../events/account-event.ts';
import { addressHash } from '../codes/code.ts';
import { type CodeDelivery, type DeliverCodeDeps, deliverCode } from '../codes/deliver-code.ts';
import { sha256 } from '../ids.ts';
import { noticeMail } from '../mail/notice-messages.ts';

export interface AccountEventDeps extends DeliverCodeDeps {
  closeSessions(event: SessionsEnded): Promise<unknown>;
  eraseAccount(userId: string): Promise<unknown>;
}

/** For logs. */
export type AccountEventOutcome = CodeDelivery | 'sent' | 'closed' | 'erased';

/** Does what follows from an event. It may come twice and late; throws what is to be tried again. */
export async function consumeAccountEvent(
  event: AccountEvent,
  deps: AccountEventDeps,
): Promise<AccountEventOutcome> {
  switch (event.name) {
    case 'code.requested':
      return await deliverCode(event, deps);
    case 'account.notice':
      return await deps.mailer.send(event.email, noticeMail(event, deps.webUrl));
    case 'sessions.ended':
      await deps.closeSessions(event);
      return 'closed';
    case 'account.erased':
      await deps.eraseAccount(event.user_id);
      return 'erased';
  }
}

/** What logs may say of an event: the beginnings of hashes stand for addresses and challenges. */
export function describeAccountEvent(event: AccountEvent): Readonly<Record<string, unknown>> {
  const common = { event: event.name, ...(event.user_id !== null && { user_id: event.user_id }) };
  switch (event.name) {
    case 'code.requested': {
      const challenge = sha256(event.challenge_id);
      const { purpose, to, sign_up } = event;
      return {
        ...common,
        purpose,
        sign_up,
        channel: to.channel,
        to: short(addressHash(to)),
        challenge: short(challenge),
      };
    }
    case 'account.notice':
      return {
        ...common,
        notice: event.notice,
        to: short(addressHash({ channel: 'email', address: event.email })),
      };
    case 'sessions.ended':
      return { ...common, sessions: event.session_ids.length };
    case 'account.erased':
      return common;
  }
}

function short(hash: string): string {
  return hash.slice(0, 12);
}
