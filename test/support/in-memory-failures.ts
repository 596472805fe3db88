import { type FailureState, type Failures, nextFailure } from '../../shared/auth/failures.ts';
import { type Clock, epochSeconds } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { failureDelays } from '../../shared/limits.ts';

export function inMemoryFailures(clock: Clock): Failures {
  const states = new Map<string, FailureState>();
  return {
    async attempt(kind, subject) {
      const next = nextFailure(failureDelays[kind], states.get(`${kind} ${subject}`), clock.now());
      if ('retryAfterMs' in next) throw new AppError('rate_limited', undefined, next);
      states.set(`${kind} ${subject}`, { ...next, forgetAt: epochSeconds(next.forgetAt) * 1_000 });
    },
    succeeded: async (kind, subject) => void states.delete(`${kind} ${subject}`),
    async takeBack(kind, subject) {
      const state = states.get(`${kind} ${subject}`);
      if (!state || state.failures === 0) return;
      states.set(`${kind} ${subject}`, { ...state, failures: state.failures - 1, blockedUntil: 0 });
    },
  };
}
