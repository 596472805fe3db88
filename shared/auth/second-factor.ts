import type { SecondFactorRequired } from '../../events/account-contracts.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import { type Ids, sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import type { SecondFactorStore } from './second-factor-store.ts';

/** What signing in asks of the second factor. */
export interface SecondFactorCheck {
  /**
   * A challenge to answer before tokens are given; undefined for an account without a second factor. `checked`: the
   * password that was right; verifySecondFactor hands it on to who opens the session.
   */
  challenge(
    userId: string,
    checked?: { readonly passwordHash: string },
  ): Promise<SecondFactorRequired | undefined>;
}

export interface SecondFactorCheckDeps {
  readonly factors: Pick<SecondFactorStore, 'get' | 'putChallenge'>;
  readonly ids: Pick<Ids, 'secret'>;
  readonly clock: Clock;
}

export function secondFactorCheck({ factors, ids, clock }: SecondFactorCheckDeps): SecondFactorCheck {
  return {
    async challenge(userId, checked) {
      const factor = await factors.get(userId);
      if (factor?.status !== 'active') return undefined;
      const challengeId = ids.secret();
      await factors.putChallenge(sha256(challengeId), {
        userId,
        passwordHash: checked?.passwordHash,
        expiresAt: epochSeconds(clock.now()) + limits.secondFactorTtlSeconds,
      });
      return {
        status: 'second_factor_required',
        challenge_id: challengeId,
        expires_in: limits.secondFactorTtlSeconds,
      };
    },
  };
}
