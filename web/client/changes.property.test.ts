import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfabClient } from './confab-client.ts';
import type { MessageChange } from './message-changes.ts';
import { fates, meetFate } from './testing/fates.ts';
import { Scene } from './testing/scene.ts';
import { ada, conversation, convoId, grace, shown } from './testing/test-client.ts';

describe('whatever happens on the way', () => {
  const changes: fc.Arbitrary<MessageChange> = fc.oneof(
    fc.record({ kind: fc.constant('edit' as const), content: fc.constantFrom('a', 'b', 'c') }),
    fc.constant({ kind: 'delete' as const }),
    fc.record({
      kind: fc.constantFrom('react' as const, 'unreact' as const),
      emoji: fc.constantFrom('👍', '🎉'),
    }),
    fc.record({ kind: fc.constantFrom('pin' as const, 'unpin' as const) }),
  );
  const who = fc.constantFrom('ada' as const, 'grace' as const);
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), who }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('change' as const),
        who,
        seqNo: fc.integer({ min: 1, max: 8 }),
        change: changes,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 5_000 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('back' as const), who }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('outage' as const), ms: fc.integer({ min: 1, max: 60_000 }) }),
    },
  );

  function misbehave({ server }: Scene, fate: readonly number[]): void {
    const pushes = meetFate(server.faults, fate);
    server.faults.loseFrame = (frame) =>
      frame.action !== 'sync' && frame.action !== 'ping' && pushes() % 7 === 3;
    server.faults.changesPageMax = 3;
    server.faults.syncMessagesMax = 4;
  }

  async function pageBackAll({ time }: Scene, client: ConfabClient): Promise<void> {
    while (!conversation(client).timeline.isFromStart) await client.chat?.loadOlder(convoId);
    await time.advance(10_000);
  }

  it("every client ends with the server's state of every message", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fates, async (steps, fate) => {
        const scene = new Scene();
        const { time, server } = scene;
        for (let count = 0; count < 8; count += 1)
          server.post(convoId, count % 2 === 0 ? ada : grace, 'text');
        // An answer may take a while: what it says is from before.
        let slowness = 0;
        const fetch: typeof globalThis.fetch = async (input, init) => {
          const response = await server.fetch(input, init);
          const delayMs = slowness;
          if (delayMs > 0) await new Promise<void>((resolve) => time.setTimer(resolve, delayMs));
          return response;
        };
        const clients = {
          ada: scene.start(ada, { environment: { fetch } }),
          grace: scene.start(grace, { environment: { fetch } }),
        };
        await time.advance(1_000);
        await clients.ada.chat?.loadOlder(convoId);
        misbehave(scene, fate);
        slowness = 200;
        for (const next of steps) {
          if (next.kind === 'write') await clients[next.who].chat?.send(convoId, 'text');
          else if (next.kind === 'change')
            await clients[next.who].chat?.change(convoId, next.seqNo, next.change);
          else if (next.kind === 'back') void clients[next.who].chat?.loadOlder(convoId).catch(() => {});
          else if (next.kind === 'cut') for (const socket of server.sockets) socket.drop(1006);
          else {
            server.faults.isUnreachable = next.kind === 'outage';
            await time.advance(next.ms);
            server.faults.isUnreachable = false;
          }
        }
        scene.deliversPushes();
        server.faults.loseFrame = () => false;
        slowness = 0;
        await time.advance(10 * 60_000);
        for (const client of Object.values(clients)) {
          await pageBackAll(scene, client);
          expect(shown(client)).toEqual(server.messages(convoId));
          expect(conversation(client).timeline.rev).toBe(server.rev(convoId));
          const last = server.messages(convoId).at(-1);
          if (last !== undefined) expect(conversation(client).lastMessage?.preview).toBe(last.content);
          client.close();
        }
      }),
      { numRuns: 100 },
    );
  });
});
