/** One change, with the record that Lambda puts into its event. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  /** Milliseconds since the epoch; DynamoDB rounds to whole seconds. */
  readonly approximateCreationMs: number;
  readonly event: object;
}

export interface Shard {
  readonly shardId: string;
  readonly parentShardId: string | undefined;
}

export type StreamPosition =
  | { readonly kind: 'TRIM_HORIZON' }
  | { readonly kind: 'LATEST' }
  | { readonly kind: 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string };

/** What a mapping needs of a stream; the calls of the DynamoDB Streams API, without its paging. */
export interface StreamReader {
  readonly streamArn: string;
  listShards(): Promise<Shard[]>;
  iterator(shardId: string, position: StreamPosition): Promise<string>;
  /** Records in order, none when nothing new is there. Without `nextIterator` the shard is closed and read to its end. */
  read(
    iterator: string,
    limit: number,
  ): Promise<{ readonly records: StreamRecord[]; readonly nextIterator: string | undefined }>;
}

/** The iterator is no longer of use, but the shard can be read from `resume` on. */
export class IteratorLostError extends Error {
  readonly resume: 'checkpoint' | 'TRIM_HORIZON';

  constructor(resume: 'checkpoint' | 'TRIM_HORIZON', cause: unknown) {
    super('The shard iterator is lost', { cause });
    this.name = 'IteratorLostError';
    this.resume = resume;
  }
}
