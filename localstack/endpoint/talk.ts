/** Two people talk over a deployment, which is known by its URL alone: the proof that all of its parts work together. */
import { isDeepStrictEqual } from 'node:util';
import { httpClient } from '../../test/support/client.ts';
import { newPerson, openDirect, say, wholeHistory } from '../../test/support/people.ts';

/** Milliseconds since the frame was sent. */
interface Exchange {
  readonly seqNo: number;
  /** Until its sender had the `persisted` ack. */
  readonly ackMs: number;
  /** Until the other person had the message. */
  readonly receivedMs: number;
}

export interface TalkReport {
  /** In the order in which they were sent. */
  readonly exchanges: readonly Exchange[];
}

/**
 * Registers two people, opens a conversation and a socket each, and lets them write in turn, each message when the one
 * before has arrived.
 * @throws Error when a message is not persisted or does not arrive, when the numbers are not 1..n, or when the two read
 * different histories.
 */
export async function talk(url: string, { messages }: { messages: number }): Promise<TalkReport> {
  const http = httpClient(url);
  const ada = await newPerson(http, 'ada');
  const ben = await newPerson(http, 'ben');
  const { convo_id: convoId } = await openDirect(ada, ben);
  const adas = await ada.connect();
  const bens = await ben.connect();
  try {
    const exchanges: Exchange[] = [];
    for (let number = 1; number <= messages; number++) {
      const [from, to] = number % 2 === 1 ? [adas, bens] : [bens, adas];
      const content = `message ${number}`;
      const sentAt = performance.now();
      const elapsed = () => performance.now() - sentAt;
      const [acked, receivedMs] = await Promise.all([
        say(from, convoId, content).then(({ seq_no }) => ({ seqNo: seq_no, ackMs: elapsed() })),
        to.next('message.create', (event) => event.content === content).then(elapsed),
      ]);
      exchanges.push({ ...acked, receivedMs });
    }
    assertInOrder(exchanges.map(({ seqNo }) => seqNo));
    const histories = await Promise.all([wholeHistory(ada, convoId), wholeHistory(ben, convoId)]);
    assertInOrder(histories[0].map(({ seq_no }) => seq_no));
    if (histories[0].length !== messages || !isDeepStrictEqual(...histories))
      throw new Error(`the histories differ: ${JSON.stringify(histories)}`);
    return { exchanges };
  } finally {
    await Promise.all([adas.close(), bens.close()]);
  }
}

function assertInOrder(seqNumbers: readonly number[]): void {
  if (seqNumbers.some((seqNo, index) => seqNo !== index + 1))
    throw new Error(`expected the numbers 1..${seqNumbers.length}, got ${seqNumbers.join(', ')}`);
}

/** The report in a few lines. The first message is apart: it waits for the functions' cold starts. */
export function describeTalk({ exchanges: [first, ...rest] }: TalkReport): string {
  if (!first) return 'No message was sent.';
  const range = (values: readonly number[]) =>
    `median ${Math.round(median(values))} ms, longest ${Math.round(Math.max(...values))} ms`;
  return [
    `\nTwo people exchanged ${rest.length + 1} messages: each acknowledged as persisted and received by the other,`,
    `numbered 1..${rest.length + 1}, the same history for both.`,
    `  first message   ack ${Math.round(first.ackMs)} ms, received ${Math.round(first.receivedMs)} ms`,
    ...(rest.length > 0
      ? [
          `  ack             ${range(rest.map(({ ackMs }) => ackMs))}`,
          `  received        ${range(rest.map(({ receivedMs }) => receivedMs))}`,
        ]
      : []),
  ].join('\n');
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
