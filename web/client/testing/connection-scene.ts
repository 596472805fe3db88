import { expect } from 'vitest';
import type { ClientFrame } from '../../../events/client-frames.ts';
import type { ServerEvent, SystemNotice } from '../../../events/server-frames.ts';
import { Connection, type ConnectionOptions, type ConnectionState } from '../connection.ts';
import { FakeSocket } from './fake-socket.ts';
import { aMessage, convoId } from './test-client.ts';
import { VirtualTime } from './virtual-time.ts';

/** One connection of a client with the sockets that it opens, to a server that does what a test says. */
export class ConnectionScene {
  readonly time = new VirtualTime();
  /** All that were ever opened. */
  readonly sockets: FakeSocket[] = [];
  readonly sent: { readonly socket: number; readonly frame: ClientFrame }[] = [];
  readonly states: ConnectionState[] = [];
  moves = 0;
  random = 0.5;
  ticket: ConnectionOptions['ticket'] = async () => ({ ticket: 'a+b', url: 'wss://x/live', expires_in: 30 });
  cursors: ConnectionOptions['cursors'] = async () => ({ [convoId]: this.heldSeq() });
  catchUp: ConnectionOptions['catchUp'] = async () => {};
  readonly network = new FakeNetwork();
  /** What the server does with the next sockets, syncs and pings, and how many messages it has. */
  readonly server = { accepts: true, syncs: true, pongs: true, pushed: 0 };
  /** The messages that have come; doubles left out, as the timeline leaves them out. */
  readonly seen = new Set<number>();

  start(): Connection {
    const connection = new Connection({
      environment: {
        openSocket: this.#openSocket,
        now: this.time.now,
        setTimer: this.time.setTimer,
        random: () => this.random,
        network: this.network,
      },
      ticket: () => this.ticket(),
      cursors: () => this.cursors(),
      catchUp: (synced) => this.catchUp(synced),
      onEvent: (event) => {
        if (event.type === 'message.create') this.seen.add(event.seq_no);
      },
      onState: (state) => this.states.push(state),
      onMoved: () => {
        this.moves += 1;
      },
    });
    connection.start();
    return connection;
  }

  /** A connection that is live, and whose states are told from here on. */
  async live(): Promise<Connection> {
    const connection = this.start();
    await this.time.advance(0);
    expect(connection.state).toBe('live');
    this.states.length = 0;
    return connection;
  }

  get frames(): ClientFrame[] {
    return this.sent.map(({ frame }) => frame);
  }

  /** The sockets that are open. */
  open(): FakeSocket[] {
    return this.sockets.filter((socket) => socket.isOpen);
  }

  /** The server has something new, and sends it to every socket that it knows. */
  push(): void {
    this.server.pushed += 1;
    for (const socket of this.open()) socket.receive([messageEvent(this.server.pushed)]);
  }

  /** The last message before the first one that is missing. */
  heldSeq(): number {
    let seqNo = 0;
    while (this.seen.has(seqNo + 1)) seqNo += 1;
    return seqNo;
  }

  readonly #openSocket = (url: string): FakeSocket => {
    const { server, sockets, sent } = this;
    const index = sockets.length;
    const socket: FakeSocket = new FakeSocket(url, server.accepts, (frame) => {
      sent.push({ socket: index, frame });
      if (frame.action === 'ping' && server.pongs) socket.receive([{ type: 'pong', server_time: '' }]);
      if (frame.action === 'sync' && server.syncs) {
        const held = Number(frame.cursors[convoId]);
        const missed = Array.from({ length: server.pushed - held }, (_, each) =>
          messageEvent(held + each + 1),
        );
        socket.receive([...missed, { type: 'synced', conversations: [] }]);
      }
    });
    sockets.push(socket);
    return socket;
  };
}

/** What the browser says of the network. */
class FakeNetwork {
  online = true;
  listeners = 0;
  #listener = (): void => {};

  readonly isOnline = (): boolean => this.online;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listener = listener;
    this.listeners += 1;
    return () => {
      this.#listener = () => {};
      this.listeners -= 1;
    };
  };

  change(online = this.online): void {
    this.online = online;
    this.#listener();
  }
}

export function messageEvent(seqNo: number): ServerEvent {
  return { type: 'message.create', ...aMessage(seqNo) };
}

export function notice(code: string, overrides: Partial<SystemNotice> = {}): ServerEvent {
  return { type: 'system.notice', code, params: {}, severity: 'info', ...overrides };
}

export function expiring(withinMs: number): ServerEvent {
  return notice('connection.expiring', { params: { within_ms: withinMs } });
}
