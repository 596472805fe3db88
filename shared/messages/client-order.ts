import type { TimelineEvent } from '../../events/change-accepted.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { limits } from '../limits.ts';

interface HasAccepted {
  readonly accepted: TimelineEvent;
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
 * Those whose predecessor has not come yet: they wait for it, for a few receives. A client that numbers with gaps, or
 * whose predecessor was refused, loses that moment and nothing else. Expects the batch in client order.
 */
export function awaitingPredecessor<T extends HasAccepted & { readonly receiveCount: number }>(
  batch: readonly T[],
  { clientStreams }: Pick<Conversation, 'clientStreams'>,
): Set<T> {
  const last = new Map(Object.entries(clientStreams));
  const remembersAll = last.size < limits.clientStreamsMax;
  const waiting = new Set<T>();
  for (const incoming of batch) {
    const { session_id: session, client_seq: number } = incoming.accepted;
    if (number === undefined) continue;
    // A client that is not remembered has sent nothing yet, or was forgotten for newer ones: then nothing is known.
    const previous = last.get(session) ?? (remembersAll ? 0 : number - 1);
    const overtook = number > previous + 1;
    if (overtook && incoming.receiveCount <= limits.clientOrderReceivesMax) waiting.add(incoming);
    else last.set(session, advanceStream(last.get(session), number));
  }
  return waiting;
}

/** The last number of a stream after one more message: it rises, or begins anew with 1. */
export function advanceStream(last: number | undefined, number: number): number {
  return number === 1 ? 1 : Math.max(number, last ?? 0);
}

function numberOf({ accepted }: HasAccepted): number {
  return accepted.client_seq ?? 0;
}
