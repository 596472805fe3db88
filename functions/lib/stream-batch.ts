import middy from '@middy/core';
import type { DynamoDBBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { describeIssues } from './issues.ts';
import { addToLogLine, logger, oneLogLine } from './log.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a consumer may know of a change: which item, and not what it was or became. It reads the item as it is now. */
export interface ItemChange {
  /** The same at each repetition. */
  readonly id: string;
  readonly pk: string;
  readonly sk: string;
}

interface Consumer {
  /** Must bear changes that come twice, late or after newer ones. */
  readonly run: (changes: readonly ItemChange[]) => Promise<{
    /** Of these changes something could not be done. */
    readonly failed: readonly ItemChange[];
    readonly errors: readonly unknown[];
    readonly log: Fields;
  }>;
}

const streamEvent = z.object({
  Records: z.array(
    z.object({
      dynamodb: z.object({
        SequenceNumber: z.string(),
        Keys: z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) }),
      }),
    }),
  ),
});

/**
 * The handler of a DynamoDB stream. A batch that is not understood throws as a whole, and Lambda halves it until what is
 * wrong stands alone. Of the failed changes Lambda goes back to the first, and delivers everything from it on again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function streamBatch({ run }: Consumer) {
  return middy<unknown, DynamoDBBatchResponse>()
    .use(oneLogLine(() => performance.now()))
    .handler(async (event, context) => {
      const changes = parse(event);
      const { failed, errors, log } = await run(changes);
      addToLogLine({ records: changes.length, failed: failed.length, ...log });
      for (const error of errors)
        logger.error('a change was not followed', {
          error: error as Error,
          request_id: context.awsRequestId,
        });
      return { batchItemFailures: failed.map(({ id }) => ({ itemIdentifier: id })) };
    });
}

/** Throws, naming fields and not what stands in them. */
function parse(event: unknown): ItemChange[] {
  const parsed = streamEvent.safeParse(event);
  if (!parsed.success) throw new Error(`not the records of a stream: ${describeIssues(parsed.error)}`);
  return parsed.data.Records.map(({ dynamodb: { SequenceNumber, Keys } }) => ({
    id: SequenceNumber,
    pk: Keys.pk.S,
    sk: Keys.sk.S,
  }));
}
