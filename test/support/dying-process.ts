/** A process that dies in the middle, at a place that a test chooses: so every place can be tried, one after the other. */

export interface DyingProcess<Deps> {
  readonly deps: Deps;
  /** False when everything was done before it came to that. */
  readonly died: () => boolean;
}

/**
 * The same dependencies, for a process that dies right after its `calls`-th call of one of them: that call still has its
 * effect, nothing later does, also not what was going on beside it. With 0 it dies before it did anything.
 */
export function dyingAfter<Deps extends Readonly<Record<string, object>>>(
  calls: number,
  deps: Deps,
): DyingProcess<Deps> {
  let count = 0;
  let dead = false;
  const die = () => {
    dead = true;
    throw new Error('the process died');
  };
  const call = async (run: () => unknown) => {
    count += 1;
    if (dead || count > calls) die();
    const answer = await run();
    if (count >= calls) die();
    return answer;
  };
  const wrap = (dep: object) =>
    new Proxy(dep, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => call(() => Reflect.apply(method, target, args));
      },
    });
  const wrapped = Object.fromEntries(Object.entries(deps).map(([name, dep]) => [name, wrap(dep)]));
  return { deps: wrapped as Deps, died: () => dead };
}
