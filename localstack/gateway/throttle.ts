import type { Clock } from '../contracts.ts';

export interface Throttle {
  /** Takes a token; false means 429 Too Many Requests. */
  admits(): boolean;
}

/**
 * The token bucket of a stage: `burst` tokens at most, refilled at `ratePerSecond`. No settings, no throttle.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export function createThrottle(
  settings: { readonly burst: number; readonly ratePerSecond: number } | undefined,
  clock: Clock,
): Throttle {
  if (!settings) return { admits: () => true };
  const { burst, ratePerSecond } = settings;
  let tokens = burst;
  let refilledAt = clock.now();
  return {
    admits() {
      const now = clock.now();
      tokens = Math.min(burst, tokens + (Math.max(0, now - refilledAt) / 1000) * ratePerSecond);
      refilledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
