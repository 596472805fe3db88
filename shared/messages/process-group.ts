import * as z from 'zod/mini';
import { timelineEvent } from '../../events/change-accepted.ts';
import type { ErrorCode } from '../errors.ts';
import { type AnnounceDeps, announceMessages } from './announce-messages.ts';
import { type CommitDeps, CommitRefused, commitMessages, type Settled } from './commit-messages.ts';
import type { Incoming } from './incoming.ts';
import { rejection } from './message.ts';
import type { QueueControl, QueueRecord } from './sqs-queue-control.ts';

/** A record of the queue; `groupId` is the conversation. */
export interface GroupRecord extends QueueRecord {
  readonly receiveCount: number;
}

/** What became of a group, for the answer to SQS and for the log. */
export interface GroupReport {
  /** Still in the queue: the first one that failed with everything after it, and those that came too early. */
  readonly failed: readonly GroupRecord[];
  readonly settled: readonly Settled[];
  readonly parked: readonly { messageId: string; reason: string }[];
  /** Why the first of `failed` failed. */
  readonly error?: unknown;
}

export type ProcessDeps = CommitDeps & AnnounceDeps & { queue: QueueControl; maxReceiveCount: number };

type Parsed = Incoming & { readonly record: GroupRecord };

/**
 * Processes the records of one conversation, in order. What can never be processed is parked and its sender told; what
 * cannot be processed now goes back to the queue with everything after it, to be tried again shortly. Never throws.
 */
export async function processGroup(records: readonly GroupRecord[], deps: ProcessDeps): Promise<GroupReport> {
  const parked: { messageId: string; reason: string }[] = [];
  const readable: Parsed[] = [];
  try {
    for (const record of records) {
      const parsed = parseRecord(record);
      if (typeof parsed !== 'string') readable.push(parsed);
      else parked.push(await park(record, parsed, 'message.undeliverable', deps));
    }
  } catch (error) {
    await retrySoon(records, deps);
    return { failed: records, settled: [], parked, error };
  }
  const report = await processReadable(readable, deps);
  if (report.failed.length > 0) await retrySoon(report.failed, deps);
  return await giveBackEarly(readable, { ...report, parked: [...parked, ...report.parked] }, deps);
}

async function processReadable(batch: readonly Parsed[], deps: ProcessDeps): Promise<GroupReport> {
  if (batch.length === 0) return { failed: [], settled: [], parked: [] };
  const whole = await attempt(batch, deps);
  if ('settled' in whole) return { failed: [], settled: whole.settled, parked: [] };
  if (batch.length === 1) return await processOneByOne(batch, whole, deps);
  const maybePoison =
    whole.error instanceof CommitRefused || batch.some(({ record }) => record.receiveCount > 1);
  if (maybePoison) return await processOneByOne(batch, undefined, deps);
  return { failed: batch.map(({ record }) => record), settled: [], parked: [], error: whole.error };
}

type Attempt = { readonly settled: readonly Settled[] } | { readonly error: unknown };

async function attempt(batch: readonly Parsed[], deps: ProcessDeps): Promise<Attempt> {
  try {
    return { settled: await commitAndAnnounce(batch, deps) };
  } catch (error) {
    return { error };
  }
}

/**
 * Finds the one that spoils the batch; those before it are stored, it alone is given up when its time has come. A batch
 * of one has been tried already: `tried` says how that ended.
 */
async function processOneByOne(
  batch: readonly Parsed[],
  tried: Attempt | undefined,
  deps: ProcessDeps,
): Promise<GroupReport> {
  const settled: Settled[] = [];
  const parked: { messageId: string; reason: string }[] = [];
  for (const [index, incoming] of batch.entries()) {
    const one = tried ?? (await attempt([incoming], deps));
    if ('settled' in one) {
      settled.push(...one.settled);
      continue;
    }
    const { error } = one;
    const isLastReceive = incoming.record.receiveCount >= deps.maxReceiveCount;
    if (error instanceof NotAnnounced && isLastReceive) {
      // A push may be lost: the clients find the message by its number.
      settled.push(...error.settled);
      continue;
    }
    const hopeless = error instanceof CommitRefused || isLastReceive;
    const outcome = hopeless ? await parkSafely(incoming.record, reasonOf(error), deps) : undefined;
    if (!outcome) return { failed: batch.slice(index).map(({ record }) => record), settled, parked, error };
    parked.push(outcome);
  }
  return { failed: [], settled, parked };
}

async function commitAndAnnounce(batch: readonly Parsed[], deps: ProcessDeps): Promise<readonly Settled[]> {
  const convoId = batch[0]?.accepted.convo_id ?? '';
  const committed = await commitMessages(convoId, batch, deps);
  await announceMessages(committed, deps).catch((cause: unknown) => {
    throw new NotAnnounced(committed.settled, cause);
  });
  return committed.settled;
}

/** Stored, but its members do not know yet: to be pushed again, never to be given up as if it were lost. */
class NotAnnounced extends Error {
  readonly settled: readonly Settled[];

  constructor(settled: readonly Settled[], cause: unknown) {
    super('the messages are stored but could not be announced', { cause });
    this.name = 'NotAnnounced';
    this.settled = settled;
  }
}

/**
 * Gives back those that overtook their predecessors, to the front of the group: with a little luck the next receive
 * brings both. The moment before it is longer each time.
 */
async function giveBackEarly(
  batch: readonly Parsed[],
  report: GroupReport,
  deps: ProcessDeps,
): Promise<GroupReport> {
  const early = new Set(report.settled.flatMap((one) => (one.kind === 'early' ? [one.incoming] : [])));
  if (early.size === 0) return report;
  const records = batch.filter((incoming) => early.has(incoming)).map(({ record }) => record);
  await deps.backoff.wait(2 * (records[0]?.receiveCount ?? 1));
  await deps.queue.retrySoon(records, 0).catch(() => undefined);
  return { ...report, failed: [...records, ...report.failed] };
}

/** The message or change that came in, or why it is none. */
function parseRecord(record: GroupRecord): Parsed | string {
  const parsed = timelineEvent.safeParse(parseJson(record.body));
  if (!parsed.success) return 'malformed';
  // One transaction serves one conversation: a message in a foreign group would take another's place in the order.
  if (parsed.data.convo_id !== record.groupId) return 'wrong group';
  return {
    accepted: parsed.data,
    queueMessageId: record.messageId,
    receiveCount: record.receiveCount,
    record,
  };
}

const addressed = z.object({
  convo_id: z.string(),
  client_msg_id: z.string(),
  sender_id: z.string(),
});

/** Puts a record aside and tells its sender, as far as it says who that is. Throws if it could not be put aside. */
async function park(record: GroupRecord, reason: string, code: ErrorCode, deps: ProcessDeps) {
  await deps.queue.park(record, reason);
  const address = addressed.safeParse(parseJson(record.body));
  if (address.success) await notifySender(address.data, code, deps).catch(() => undefined);
  return { messageId: record.messageId, reason };
}

async function parkSafely(record: GroupRecord, reason: string, deps: ProcessDeps) {
  return await park(record, reason, 'message.undeliverable', deps).catch(() => undefined);
}

/** On every connection of the sender: the one that sent it may be long gone when a message is given up. */
async function notifySender(
  message: z.infer<typeof addressed>,
  code: ErrorCode,
  deps: ProcessDeps,
): Promise<void> {
  const connections = await deps.connections.ofUsers([message.sender_id]);
  const frame = JSON.stringify(rejection(message, code));
  await Promise.all(connections.map(({ connectionId }) => deps.gateway.post(connectionId, frame)));
}

/** Visible again after a delay that grows with each receive; if even this fails, the visibility timeout does it. */
async function retrySoon(failed: readonly GroupRecord[], deps: ProcessDeps): Promise<void> {
  const delaySeconds = Math.min(2 ** ((failed[0]?.receiveCount ?? 1) - 1), 30);
  await deps.queue.retrySoon(failed, delaySeconds).catch(() => undefined);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message || error.name).slice(0, 256) : 'unknown';
}
