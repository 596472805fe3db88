import { expect } from 'vitest';
import type { ClientFrame } from '../../../events/client-frames.ts';
import type { ServerEvent } from '../../../events/server-frames.ts';
import type { ConfabClient } from '../confab-client.ts';
import { inProcessLocks } from '../locks.ts';
import { memoryOutboxStore } from '../outbox-store.ts';
import { FakeServer } from './fake-server.ts';
import { ada, convoId, grace, startClient, type TestClientOptions, tabChannels } from './test-client.ts';
import { VirtualTime } from './virtual-time.ts';

/** A server with one conversation, and its clients, in time that stands still until a test moves it. */
export class Scene {
  readonly time = new VirtualTime();
  readonly server = new FakeServer(this.time.now);

  constructor(members: string[] = [ada, grace]) {
    this.server.addConversation(convoId, members);
  }

  start(userId = ada, options: Partial<TestClientOptions> = {}): ConfabClient {
    return startClient({ server: this.server, time: this.time, userId, ...options });
  }

  /** A client that is connected and has caught up. */
  async live(userId = ada, options: Partial<TestClientOptions> = {}): Promise<ConfabClient> {
    const client = this.start(userId, options);
    await this.time.advance(0);
    expect(client.chat?.state.connection).toBe('live');
    return client;
  }

  advance(durationMs: number): Promise<void> {
    return this.time.advance(durationMs);
  }

  /** Opens one tab after the other in the browser of this person. */
  tabsOfOneBrowser(userId = ada): () => ConfabClient {
    const outboxStore = memoryOutboxStore();
    const locks = inProcessLocks();
    const openChannel = tabChannels();
    return () => this.start(userId, { outboxStore, environment: { locks, tabs: openChannel() } });
  }

  /** What the clients have sent of this kind, in the order of coming. */
  framesOf<A extends ClientFrame['action']>(action: A): Extract<ClientFrame, { action: A }>[] {
    const isWanted = (frame: ClientFrame): frame is Extract<ClientFrame, { action: A }> =>
      frame.action === action;
    return this.server.frames.map(({ frame }) => frame).filter(isWanted);
  }

  /** The requests whose route contains this. */
  requests(part: string): string[] {
    return this.server.requests.filter((request) => request.includes(part));
  }

  /** From now on events of these types do not arrive. */
  loses(...types: ServerEvent['type'][]): void {
    this.server.faults.push = (event) => (types.includes(event.type) ? [] : [event]);
  }

  /** From now on only events of these types arrive. */
  losesAllBut(...types: ServerEvent['type'][]): void {
    this.server.faults.push = (event) => (types.includes(event.type) ? [event] : []);
  }

  deliversPushes(): void {
    this.server.faults.push = (event) => [event];
  }
}
