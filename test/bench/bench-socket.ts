import type { TicketResponse } from '../../events/account-contracts.ts';
import type { MessageAck, MessageCreate, ServerEvent, ServerFrame } from '../../events/server-frames.ts';
import { bodyOf } from '../support/client.ts';
import { type Person, ticketUrl } from '../support/people.ts';

interface Listeners {
  onMessage?(event: MessageCreate, atMs: number): void;
  onAck?(event: MessageAck, atMs: number): void;
  onOther?(event: ServerEvent): void;
}

/** A socket that does little besides taking the time: the load generator must not be what is measured. */
export class BenchSocket {
  listeners: Listeners = {};
  readonly #socket: WebSocket;

  static async open(person: Person): Promise<BenchSocket> {
    const ticket = bodyOf(await person.call<TicketResponse>('POST', '/auth/ws-ticket'));
    const socket = new WebSocket(ticketUrl(ticket));
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('close', () => reject(new Error('the handshake was refused')));
    });
    return new BenchSocket(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const atMs = performance.now();
      const frame = JSON.parse(String(data)) as ServerFrame;
      for (const event of frame.type === 'batch' ? frame.events : [frame]) this.#tell(event, atMs);
    });
  }

  send(message: { convo_id: string; client_msg_id: string; content: string }): void {
    this.#socket.send(JSON.stringify({ action: 'message.send', ...message }));
  }

  close(): void {
    this.#socket.close();
  }

  #tell(event: ServerEvent, atMs: number): void {
    if (event.type === 'message.create') this.listeners.onMessage?.(event, atMs);
    else if (event.type === 'message.ack') this.listeners.onAck?.(event, atMs);
    else this.listeners.onOther?.(event);
  }
}
