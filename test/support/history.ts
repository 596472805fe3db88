/**
 * What a client was told, held against what is stored: the promises of the message path as checks, in the manner of
 * Jepsen. A check answers its violations as sentences; none is what a test wants.
 */
import type { MessageView } from '../../events/http-contracts.ts';
import type { TestSocket } from './socket.ts';

export interface Evidence {
  /** What the people sent, by client_msg_id, and what they wrote in it. */
  readonly sent: ReadonlyMap<string, string>;
  /** Every device that belonged to the conversation, whether it is still open or not. */
  readonly devices: readonly TestSocket[];
  /** The whole history as each member reads it. */
  readonly readings: readonly (readonly MessageView[])[];
}

/** Every violation of: acked = stored once, 1 … n without gaps, one order for all, nothing made up. */
export function violations(convoId: string, { sent, devices, readings }: Evidence): string[] {
  const [stored = []] = readings;
  return [
    ...checkSequence(stored),
    ...checkSameForAll(readings),
    ...checkOrigin(stored, sent),
    ...devices.flatMap((device) => [
      ...checkAcks(stored, acksOf(device, convoId)),
      ...checkPushes(
        stored,
        device.all('message.create').filter((event) => event.convo_id === convoId),
      ),
    ]),
  ];
}

function acksOf(device: TestSocket, convoId: string) {
  return device.all('message.ack').filter((ack) => ack.convo_id === convoId);
}

function checkSequence(stored: readonly MessageView[]): string[] {
  return stored.flatMap(({ seq_no }, index) =>
    seq_no === index + 1 ? [] : [`place ${index + 1} of the history has the number ${seq_no}`],
  );
}

function checkSameForAll(readings: readonly (readonly MessageView[])[]): string[] {
  const [first, ...others] = readings.map((messages) => JSON.stringify(messages));
  return others.flatMap((other, index) =>
    other === first ? [] : [`reader ${index + 2} reads another history`],
  );
}

/** Nothing is stored that nobody sent, nothing twice, nothing changed. */
function checkOrigin(stored: readonly MessageView[], sent: ReadonlyMap<string, string>): string[] {
  const seen = new Set<string>();
  return stored.flatMap(({ seq_no, sender_id, client_msg_id, content }) => {
    const key = `${sender_id} ${client_msg_id}`;
    if (seen.has(key)) return [`${client_msg_id} is stored twice, again as ${seq_no}`];
    seen.add(key);
    if (!sent.has(client_msg_id)) return [`${client_msg_id} (${seq_no}) was never sent`];
    return sent.get(client_msg_id) === content ? [] : [`${client_msg_id} (${seq_no}) has another text`];
  });
}

/** `persisted` and `duplicate` mean: stored under this number, now and for ever. */
function checkAcks(stored: readonly MessageView[], acks: ReturnType<typeof acksOf>): string[] {
  return acks.flatMap((ack) => {
    if (ack.status === 'rejected') return [];
    const message = stored[ack.seq_no - 1];
    const same =
      message?.client_msg_id === ack.client_msg_id &&
      message.server_msg_id === ack.server_msg_id &&
      message.created_at === ack.created_at;
    return same
      ? []
      : [`the ack of ${ack.client_msg_id} says ${ack.seq_no}, where ${message?.client_msg_id} is`];
  });
}

/** A push may be lost, doubled or late, but never says anything else than the history. */
function checkPushes(
  stored: readonly MessageView[],
  pushes: readonly (MessageView & { readonly type: string })[],
): string[] {
  return pushes.flatMap(({ type: _type, ...pushed }) =>
    JSON.stringify(sorted(pushed)) === JSON.stringify(sorted(stored[pushed.seq_no - 1] ?? {}))
      ? []
      : [`the push of ${pushed.seq_no} differs from the history`],
  );
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => a.localeCompare(b));
}
