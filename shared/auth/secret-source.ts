import type { Clock } from '../clock.ts';

/** A generated secret, and the one that it replaced: Secrets Manager, or constants in a test. */
export interface SecretSource {
  current(): Promise<string>;
  /** Undefined until the secret is replaced for the first time. */
  previous(): Promise<string | undefined>;
}

/** What keys are derived from, as it was at one moment. */
export interface Roots {
  readonly current: string;
  readonly previous: string | undefined;
}

/** So long an environment works with the roots that it has read, and so long after a replacement it signs as before. */
export const rootsMaxAgeSeconds = 15 * 60;

const rootMinChars = 32;

/** Throws for what is too short to be a generated secret. */
export function assertRoot(root: string): void {
  if (root.length < rootMinChars) throw new Error(`the secret must have at least ${rootMinChars} characters`);
}

export interface RememberedRoots {
  /** At most a quarter of an hour old; the same object until they are read again. */
  get(): Promise<Roots>;
  /** Read now: whoever meets something made with an unknown root asks once more before giving up. */
  renew(): Promise<Roots>;
}

export function rememberedRoots(source: SecretSource, clock: Clock): RememberedRoots {
  let remembered: { roots: Roots; readAt: number } | undefined;
  const renew = async () => {
    const readAt = clock.now();
    const [current, previous] = await Promise.all([source.current(), source.previous()]);
    assertRoot(current);
    const roots = { current, previous: isOtherRoot(previous, current) ? previous : undefined };
    remembered = { roots, readAt };
    return roots;
  };
  return {
    renew,
    async get() {
      const ageMs = remembered ? clock.now() - remembered.readAt : Number.POSITIVE_INFINITY;
      return remembered && ageMs < rootsMaxAgeSeconds * 1000 ? remembered.roots : await renew();
    },
  };
}

/** The same value put again replaces nothing, and a placeholder was never in use. */
function isOtherRoot(previous: string | undefined, current: string): boolean {
  return previous !== undefined && previous !== current && previous.length >= rootMinChars;
}
