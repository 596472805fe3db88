import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as yieldToOthers } from 'node:timers/promises';

/** As long as DynamoDB keeps the records of a stream. */
const retentionSeconds = 24 * 3600;
const deletedAtOnce = 1_000;
/** How long to wait while the emulator writes; a write of its takes less than a millisecond. */
const busyTimeoutMs = 2_000;

/**
 * Keeps the emulator's streams short and quick, in its database file and while it runs; answers how many records went.
 *
 * dynoxide 1.2.1 never deletes a stream record, and looks through all of a table's for the next sequence number of each
 * write. Measured with 50,000 small updates of one table: 4.2 MB without a stream; with one 24 MB, and from 1,100 updates
 * a second at first down to 120 at the end. With the index it was 1,700 at the end.
 *
 * The youngest record of each table stays, however old: the next sequence number is counted from it, and a mapping would
 * take a number that it has passed for a record that it has seen.
 * @throws when the file is not laid out as that version has it, or busy for longer than two seconds.
 */
export async function tidyStreamRecords(file: string, nowMs: number): Promise<number> {
  if (!existsSync(file)) return 0;
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    database.exec(
      'CREATE INDEX IF NOT EXISTS confab_stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
    );
    return await trim(database, Math.floor(nowMs / 1000) - retentionSeconds);
  } finally {
    database.close();
  }
}

async function trim(database: DatabaseSync, oldestSeconds: number): Promise<number> {
  const remove = database.prepare(`
    DELETE FROM _stream_records WHERE id IN (
      SELECT id FROM _stream_records
      WHERE created_at < ? AND id NOT IN (SELECT MAX(id) FROM _stream_records GROUP BY table_name)
      LIMIT ${deletedAtOnce})`);
  let removed = 0;
  for (;;) {
    const changes = Number(remove.run(oldestSeconds).changes);
    removed += changes;
    if (changes < deletedAtOnce) return removed;
    await yieldToOthers();
  }
}
