import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionScene, expiring } from './testing/connection-scene.ts';

const minuteMs = 60_000;

describe('whatever happens while it moves', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: 'push' as const, ms: 0 }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40_000) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const), ms: fc.nat(30_000) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('refuse' as const, 'mute' as const, 'heal' as const),
        ms: fc.constant(0),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), ms: fc.nat(1) }) },
  );

  async function play(scene: ConnectionScene, { kind, ms }: { kind: string; ms: number }): Promise<void> {
    const { server, time } = scene;
    if (kind === 'push') scene.push();
    if (kind === 'wait') await time.advance(ms);
    if (kind === 'expire') scene.open()[0]?.receive([expiring(ms)]);
    if (kind === 'refuse') server.accepts = false;
    if (kind === 'mute') server.syncs = false;
    if (kind === 'heal') Object.assign(server, { accepts: true, syncs: true });
    if (kind === 'drop') scene.open()[ms]?.drop(1001);
    await time.advance(0);
  }

  it('sees at once what the server pushed to any socket, and in the end everything', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.double({ min: 0.1, max: 0.99, noNaN: true }),
        async (steps, chance) => {
          const scene = new ConnectionScene();
          const { time, server, seen } = scene;
          scene.random = chance;
          const connection = await scene.live();
          for (const each of steps) {
            const wasOpen = scene.open().length > 0;
            await play(scene, each);
            if (each.kind === 'push' && wasOpen) expect(seen.has(server.pushed)).toBe(true);
          }
          Object.assign(server, { accepts: true, syncs: true });
          await time.advance(5 * minuteMs);
          expect(connection.state).toBe('live');
          expect(scene.heldSeq()).toBe(server.pushed);
          await time.advance(10_000);
          expect(scene.open().length).toBeLessThanOrEqual(2);
          connection.stop();
          expect(scene.open()).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('never leaves live while no socket is lost', async () => {
    const harmless = step.filter(({ kind }) => kind !== 'drop');
    await fc.assert(
      fc.asyncProperty(fc.array(harmless, { maxLength: 40 }), async (steps) => {
        const scene = new ConnectionScene();
        const connection = await scene.live();
        // The regular syncs need an answer.
        for (const each of steps.filter(({ kind }) => kind !== 'mute')) await play(scene, each);
        expect(scene.states).toEqual([]);
        expect(scene.heldSeq()).toBe(scene.server.pushed);
        connection.stop();
      }),
      { numRuns: 100 },
    );
  });
});
