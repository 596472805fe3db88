import type { MessageAccepted } from '../../events/message-accepted.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { limits } from '../limits.ts';

interface HasAccepted {
  readonly accepted: MessageAccepted;
}

/**
 * Frames of one client may overtake each other on the way to the queue. Where they carry a running number, they are
 * put back in its order, in the places that this client's messages have in the batch; everybody else's stay.
 */
export function inClientOrder<T extends HasAccepted>(batch: readonly T[]): T[] {
  const ordered = [...batch];
  const numbered = [...batch.entries()].filter(([, { accepted }]) => accepted.client_seq !== undefined);
  for (const stream of Map.groupBy(numbered, ([, { accepted }]) => accepted.session_id).values()) {
    const sorted = stream.map(([, incoming]) => incoming).sort((a, b) => numberOf(a) - numberOf(b));
    for (const [position, [index]] of stream.entries()) {
      const incoming = sorted[position];
      if (incoming) ordered[index] = incoming;
    }
  }
  return ordered;
}

/**
 * Those whose predecessor has not come yet: they wait for it, for a moment. A client that numbers with gaps, or whose
 * predecessor was refused, loses that moment and nothing else. Expects the batch in client order.
 */
export function awaitingPredecessor<T extends HasAccepted>(
  batch: readonly T[],
  conversation: Pick<Conversation, 'clientStreams'>,
  nowMs: number,
): Set<T> {
  const last = new Map(Object.entries(conversation.clientStreams));
  const remembersAll = last.size < limits.clientStreamsMax;
  const waiting = new Set<T>();
  for (const incoming of batch) {
    const { session_id: session, client_seq: number } = incoming.accepted;
    if (number === undefined) continue;
    // A client that is not remembered has sent nothing yet, or was forgotten for newer ones: then nothing is known.
    const previous = last.get(session) ?? (remembersAll ? 0 : number - 1);
    if (number > previous + 1 && mayWait(incoming.accepted, nowMs)) waiting.add(incoming);
    else last.set(session, number === 1 ? 1 : Math.max(number, last.get(session) ?? 0));
  }
  return waiting;
}

function mayWait({ accepted_at_ms: acceptedAtMs, requeues = 0 }: MessageAccepted, nowMs: number): boolean {
  return nowMs - acceptedAtMs < limits.clientOrderWindowMs && requeues < limits.clientOrderRequeuesMax;
}

function numberOf({ accepted }: HasAccepted): number {
  return accepted.client_seq ?? 0;
}
