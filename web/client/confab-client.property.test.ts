import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fates, meetFate } from './testing/fates.ts';
import { Scene } from './testing/scene.ts';
import { ada, convoId, grace, rows, texts } from './testing/test-client.ts';

describe('whatever happens on the way', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('write' as const), writer: fc.constantFrom('ada', 'grace') }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 15_000 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('outage' as const), ms: fc.integer({ min: 1, max: 60_000 }) }),
    },
  );

  it("both people see every message once and in the server's order", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fates, async (steps, fate) => {
        const scene = new Scene();
        const { time, server } = scene;
        const pushes = meetFate(server.faults, fate);
        server.faults.loseFrame = (frame) => frame.action === 'message.send' && pushes() % 7 === 3;
        const clients = { ada: scene.start(ada), grace: scene.start(grace) };
        const written: string[] = [];
        for (const next of steps) {
          if (next.kind === 'write') {
            const writer = next.writer === 'ada' ? 'ada' : 'grace';
            written.push(`${writer} ${written.length}`);
            await clients[writer].chat?.send(convoId, `${writer} ${written.length - 1}`);
          } else if (next.kind === 'cut') {
            for (const socket of server.sockets) socket.drop(1006);
          } else {
            server.faults.isUnreachable = next.kind === 'outage';
            await time.advance(next.ms);
            server.faults.isUnreachable = false;
          }
        }
        scene.deliversPushes();
        server.faults.loseFrame = () => false;
        await time.advance(10 * 60_000);
        const stored = server.messages(convoId).map((message) => message.content);
        expect([...stored].sort()).toEqual([...written].sort());
        for (const [name, client] of Object.entries(clients)) {
          while (rows(client).length < stored.length) {
            const before = rows(client).length;
            await client.chat?.loadOlder(convoId);
            if (rows(client).length === before) break;
          }
          expect(texts(client)).toEqual(stored);
          const own = stored.filter((text) => text.startsWith(name));
          expect(own).toEqual(written.filter((text) => text.startsWith(name)));
          client.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
