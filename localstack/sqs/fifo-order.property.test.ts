/**
 * Random interleavings of senders, receivers, time and restarts against a model of one sentence: a receive answers, of
 * every group without a message in flight, its oldest remaining messages in the order of sending.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { ReceivedMessage } from '../contracts.ts';
import type { QueueEngine } from './queue-engine.ts';
import { aFifoQueue, anEngine, type HandMovedClock, handMovedClock } from './queue-fixtures.ts';

type Step =
  | { readonly kind: 'send'; readonly group: string }
  | { readonly kind: 'receive'; readonly max: number; readonly timeoutSeconds: number }
  | { readonly kind: 'delete' | 'show'; readonly pick: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'restart' };

interface ModelMessage {
  readonly body: string;
  visibleAtMs: number;
  receives: number;
}

const queue = 'chat.fifo';
const folder = mkdtempSync(join(tmpdir(), 'confab-sqs-order-'));
let runs = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('send' as const), group: fc.constantFrom('A', 'B', 'C') }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('receive' as const),
      max: fc.integer({ min: 1, max: 10 }),
      timeoutSeconds: fc.integer({ min: 0, max: 20 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'show' as const), pick: fc.nat(99) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 15 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

/** The engine and what it should do, side by side. */
class Rig {
  readonly clock: HandMovedClock = handMovedClock();
  readonly #stateFile = join(folder, `${++runs}.sqlite`);
  engine: QueueEngine = this.#open();
  readonly #groups = new Map<string, ModelMessage[]>();
  #held: { message: ReceivedMessage; model: ModelMessage; group: string; untilMs: number }[] = [];
  #sent = 0;

  #open(): QueueEngine {
    const engine = anEngine({ clock: this.clock, stateFile: this.#stateFile });
    engine.defineQueue(aFifoQueue());
    return engine;
  }

  run(next: Step): void {
    if (next.kind === 'send') this.#send(next.group);
    else if (next.kind === 'receive') this.receive(next.max, next.timeoutSeconds);
    else if (next.kind === 'wait') this.clock.advanceSeconds(next.seconds);
    else if (next.kind === 'restart') this.#restart();
    else this.#finish(next.kind, next.pick);
  }

  remaining(): number {
    return [...this.#groups.values()].reduce((count, messages) => count + messages.length, 0);
  }

  #send(group: string): void {
    const body = `${group}${++this.#sent}`;
    this.engine.sendMessage(queue, { body, groupId: group, deduplicationId: body });
    const messages = this.#groups.get(group) ?? [];
    this.#groups.set(group, [...messages, { body, visibleAtMs: 0, receives: 0 }]);
  }

  receive(max: number, timeoutSeconds: number): ReceivedMessage[] {
    const now = this.clock.now();
    const received = this.engine.receiveMessages(queue, { max, visibilityTimeoutSeconds: timeoutSeconds });
    expect(received.length).toBeLessThanOrEqual(max);
    for (const [group, messages] of this.#groups) {
      const locked = messages.some(({ visibleAtMs }) => visibleAtMs > now);
      const got = received.filter(({ attributes }) => attributes.MessageGroupId === group);
      const wholeGroup = received.length < max && !locked;
      const expected = messages.slice(0, wholeGroup ? undefined : locked ? 0 : got.length);
      expect(got.map(({ body }) => body)).toEqual(expected.map(({ body }) => body));
      for (const [index, message] of got.entries()) {
        this.#hold(group, message, expected[index], now + timeoutSeconds * 1_000);
      }
    }
    return received;
  }

  #hold(group: string, message: ReceivedMessage, model: ModelMessage | undefined, untilMs: number): void {
    if (model === undefined) return;
    model.visibleAtMs = untilMs;
    model.receives += 1;
    expect(message.attributes.ApproximateReceiveCount).toBe(String(model.receives));
    this.#held.push({ message, model, group, untilMs });
  }

  /** Deletes a held message or shows it again at once. */
  #finish(kind: 'delete' | 'show', pick: number): void {
    this.#held = this.#held.filter(({ untilMs }) => untilMs > this.clock.now());
    const [held] = this.#held.splice(pick % Math.max(this.#held.length, 1), 1);
    if (held === undefined) return;
    if (kind === 'show') {
      this.engine.changeMessageVisibility(queue, held.message.receiptHandle, 0);
      held.model.visibleAtMs = this.clock.now();
      return;
    }
    this.engine.deleteMessage(queue, held.message.receiptHandle);
    const messages = this.#groups.get(held.group) ?? [];
    this.#groups.set(
      held.group,
      messages.filter((message) => message !== held.model),
    );
  }

  #restart(): void {
    this.engine.close();
    this.engine = this.#open();
  }
}

describe('a FIFO queue under any interleaving', () => {
  it('delivers every group in order, loses nothing, and doubles nothing without an expired visibility', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rig = new Rig();
        for (const next of steps) rig.run(next);
        rig.clock.advanceSeconds(30);
        const left = rig.remaining();
        let drained = 0;
        for (let batch = rig.receive(10, 600); batch.length > 0; batch = rig.receive(10, 600)) {
          drained += batch.length;
          for (const _message of batch) rig.run({ kind: 'delete', pick: 0 });
        }
        rig.engine.close();
        expect(drained).toBe(left);
      }),
      { numRuns: 120 },
    );
  });
});
