import type { ChallengeResponse } from '../../events/account-contracts.ts';
import type { AccountEvents } from '../account-events/account-events.ts';
import type { Address } from '../auth/account-store.ts';
import type { SubjectLimiter } from '../auth/dynamo-gate.ts';
import { AppError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import { limits } from '../limits.ts';
import { networkOf } from '../network.ts';
import { addressHash, type CodeSubject } from './code.ts';

export interface CodeRequestOf extends CodeSubject {
  /** The code of a sign-up: an owner of the address hears of the attempt instead. */
  readonly signUp?: boolean;
  readonly ip: string;
}

/**
 * Asks for a code. Whether the address is anybody's is found out later, by the consumer of the event, so that status,
 * answer and work are the same for every address (ASVS 6.3.8).
 * Throws `rate_limited` for an IP or an address that asks too often, `unavailable` when the queue does not answer, and
 * `auth.unauthenticated` for a `verify` of nobody. A sign-up beyond the limits of its address is answered as any other,
 * and no mail goes out.
 */
export async function requestCode(
  request: CodeRequestOf,
  deps: { events: AccountEvents; limiter: SubjectLimiter; ids: Ids },
): Promise<ChallengeResponse> {
  const { purpose, to, userId, signUp = false } = request;
  if (purpose === 'verify' && userId === null) throw new AppError('auth.unauthenticated');
  const challengeId = deps.ids.secret();
  try {
    if (!signUp) await takeOfCaller(to, request.ip, deps.limiter);
    await takeOfAddress(to, deps.limiter);
    await deps.events.publish({
      name: 'code.requested',
      purpose,
      to: { channel: to.channel, address: to.address },
      challenge_id: challengeId,
      user_id: purpose === 'verify' ? userId : null,
      sign_up: signUp,
    });
  } catch (error) {
    const isBeyondLimit = error instanceof AppError && error.code === 'rate_limited';
    if (!signUp || !isBeyondLimit) throw error;
  }
  return { challenge_id: challengeId, expires_in: limits.codeTtlSeconds };
}

/** Before the address, so that a caller beyond their own limit does not use up that of others. */
async function takeOfCaller({ channel }: Address, ip: string, limiter: SubjectLimiter): Promise<void> {
  const network = networkOf(ip);
  await limiter.take(`${channel}.ip.hour`, network);
  await limiter.take(`${channel}.ip.day`, network);
}

async function takeOfAddress(to: Address, limiter: SubjectLimiter): Promise<void> {
  const subject = addressHash(to);
  await limiter.take(`${to.channel}.address.hour`, subject);
  await limiter.take(`${to.channel}.address.day`, subject);
  if (to.channel === 'sms') await limiter.take('sms.total.day', 'all');
}
