import type { ClientFrame, MessageSendFrame } from '../../../events/client-frames.ts';
import type { ServerEvent } from '../../../events/server-frames.ts';
import type { FakeAnswer } from './fake-answer.ts';
import type { FakeSocket } from './fake-socket.ts';

/** What goes wrong on the way; a test switches it on. */
export interface FakeFaults {
  /** No HTTP, no new sockets. Sockets that are open stay so, and say nothing. */
  isUnreachable: boolean;
  /** An answer instead of what the server would do with a request. */
  answerRequest: ((route: string) => FakeAnswer | undefined) | undefined;
  /** The request is carried out, and its answer is lost: true for those. */
  loseAnswer: (route: string) => boolean;
  /** What becomes of an event on its way to a socket: [] loses it, two copies double it. */
  push: (event: ServerEvent, socket: FakeSocket) => ServerEvent[];
  /** The same for what goes together as one frame. */
  pushFrame: (events: ServerEvent[], socket: FakeSocket) => ServerEvent[][];
  /** What becomes of a frame from a client: true loses it. */
  loseFrame: (frame: ClientFrame) => boolean;
  /** An answer instead of what the server would do with a send. */
  answerSend: ((frame: MessageSendFrame) => ServerEvent | undefined) | undefined;
  /** A sync sends at most so many messages, and so many changes, per conversation. */
  syncMessagesMax: number;
  changesPageMax: number;
}

export function noFaults(): FakeFaults {
  return {
    isUnreachable: false,
    answerRequest: undefined,
    loseAnswer: () => false,
    push: (event) => [event],
    pushFrame: (events) => [events],
    loseFrame: () => false,
    answerSend: undefined,
    syncMessagesMax: 100,
    changesPageMax: 200,
  };
}
