/** MessageAccepted, ChangeAccepted → a place in its conversation, and a frame to everybody in it. One group per conversation. */
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { systemClock } from '../../shared/clock.ts';
import { cachedRoster } from '../../shared/conversations/roster.ts';
import { randomIds } from '../../shared/ids.ts';
import { type GroupRecord, type GroupReport, processGroup } from '../../shared/messages/process-group.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { addToLogLine, logger, oneLogLine } from '../lib/log.ts';

const env = environment('consumers/process-messages');
const conversations = deps.conversations(env);
const processDeps = {
  conversations,
  roster: cachedRoster(conversations),
  messages: deps.messages(env),
  connections: deps.connections(env),
  gateway: deps.sockets(env),
  queue: deps.queueControl(env),
  webhooks: deps.webhookQueue(env),
  maxReceiveCount: Number(env.MAX_RECEIVE_COUNT),
  clock: systemClock,
  ids: randomIds,
  backoff: deps.backoff,
};

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(oneLogLine(() => performance.now()))
  .handler(async ({ Records }, context) => {
    const groups = Map.groupBy(Records.map(toGroupRecord), (record) => record.groupId);
    const reports = await Promise.all(
      [...groups.values()].map((records) => processGroup(records, processDeps)),
    );
    addToLogLine({ stage: 'processed', records: Records.length, ...summary(reports) });
    for (const { error, parked } of reports) {
      if (error) logger.error('a group failed', { error: error as Error, request_id: context.awsRequestId });
      for (const entry of parked) logger.error('a message was parked', entry);
    }
    const failed = reports.flatMap((report) => report.failed);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });

function toGroupRecord(record: SQSRecord): GroupRecord {
  return {
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    groupId: record.attributes.MessageGroupId ?? '',
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
  };
}

/** Enough to follow each message by its client_msg_id, and nothing of what it says. */
function summary(reports: readonly GroupReport[]) {
  const now = systemClock.now();
  return {
    failed: reports.reduce((sum, { failed }) => sum + failed.length, 0),
    messages: reports.flatMap(({ settled }) =>
      settled.map((one) => ({
        convo_id: one.incoming.accepted.convo_id,
        client_msg_id: one.incoming.accepted.client_msg_id,
        outcome: one.kind,
        ...(one.kind === 'persisted' && {
          seq_no: one.message.seq,
          ...(one.change && { rev: one.change.rev }),
        }),
        age_ms: now - one.incoming.accepted.accepted_at_ms,
      })),
    ),
  };
}
