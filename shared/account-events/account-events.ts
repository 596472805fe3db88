import type {
  AccountErased,
  AccountNotice,
  CodeRequested,
  SessionsEnded,
} from '../../events/account-event.ts';

type Body<E> = Omit<E, 'version' | 'occurred_at_ms'>;

/** An event without what the publisher adds. */
export type AccountEventBody =
  | Body<CodeRequested>
  | Body<AccountNotice>
  | Body<SessionsEnded>
  | Body<AccountErased>;

/** What follows from something that happened to an account. */
export interface AccountEvents {
  /** Durable when it resolves. Throws `unavailable` when the queue does not take it. */
  publish(event: AccountEventBody): Promise<void>;
}
