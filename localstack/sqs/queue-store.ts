/**
 * The queues on disk. Changes of one turn of the event loop are one transaction, so that concurrent requests share one
 * flush to the disk; an answer leaves only after `synced()`. Everything is read once, at start: memory is the index.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { AcceptedMessage } from './deduplication.ts';
import type { DeliveryState, MessageContent, QueueMessage } from './queue-message.ts';
import type { QueueSettings } from './queue-settings.ts';
import { decodeAccepted, decodeMessage, decodeQueue } from './stored-rows.ts';

export interface StoredQueue {
  readonly settings: QueueSettings;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

export interface StoredMessage {
  readonly queueName: string;
  readonly position: number;
  readonly content: MessageContent;
  readonly delivery: DeliveryState;
}

/**
 * NORMAL survives every end of the process. A power failure may take the last moments, as in the database beside it; a
 * flush of the disk per message would cost more than all the rest of it.
 */
const schema = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS queues (
    name TEXT PRIMARY KEY, settings TEXT NOT NULL, created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    position INTEGER PRIMARY KEY AUTOINCREMENT, queue_name TEXT NOT NULL, content TEXT NOT NULL,
    visible_at_ms INTEGER NOT NULL, receive_count INTEGER NOT NULL,
    first_received_ms INTEGER, last_received_ms INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS accepted (
    queue_name TEXT NOT NULL, scope TEXT NOT NULL, deduplication_id TEXT NOT NULL,
    message_id TEXT NOT NULL, sequence_number TEXT NOT NULL, expires_ms INTEGER NOT NULL,
    PRIMARY KEY (queue_name, scope, deduplication_id)
  ) STRICT, WITHOUT ROWID;
  COMMIT;
`;

export class QueueStore {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #pending: Promise<void> | undefined;
  #failure: unknown;

  /** @throws if the file belongs to another running process. Without a file the state lives in memory. */
  constructor(stateFile?: string) {
    if (stateFile !== undefined) mkdirSync(dirname(stateFile), { recursive: true });
    this.#database = new DatabaseSync(stateFile ?? ':memory:');
    try {
      this.#database.exec(schema);
    } catch (cause) {
      this.#database.close();
      throw new Error(`Cannot open the queues in ${stateFile}: is another process using them?`, { cause });
    }
  }

  queues(): StoredQueue[] {
    return this.#prepare('SELECT * FROM queues ORDER BY name').all().map(decodeQueue);
  }

  messages(): StoredMessage[] {
    return this.#prepare('SELECT * FROM messages ORDER BY position').all().map(decodeMessage);
  }

  accepted(): { queueName: string; accepted: AcceptedMessage }[] {
    return this.#prepare('SELECT * FROM accepted ORDER BY expires_ms').all().map(decodeAccepted);
  }

  /** The highest position ever given out, also of messages that are gone. */
  lastPosition(): number {
    const row = this.#prepare("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").get();
    return Number(row?.seq ?? 0);
  }

  putQueue({ settings, createdMs, modifiedMs }: StoredQueue): void {
    const sql = 'INSERT OR REPLACE INTO queues VALUES (?, ?, ?, ?)';
    this.#write(sql, settings.name, JSON.stringify(settings), createdMs, modifiedMs);
  }

  removeQueue(name: string): void {
    this.#write('DELETE FROM queues WHERE name = ?', name);
    this.#write('DELETE FROM messages WHERE queue_name = ?', name);
    this.#write('DELETE FROM accepted WHERE queue_name = ?', name);
  }

  putMessage({ queueName, position, content, delivery }: StoredMessage): void {
    const sql = 'INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)';
    this.#write(sql, position, queueName, JSON.stringify(content), ...deliveryColumns(delivery));
  }

  updateDelivery({ position, delivery }: QueueMessage): void {
    const sql =
      'UPDATE messages SET visible_at_ms = ?, receive_count = ?, first_received_ms = ?, last_received_ms = ? WHERE position = ?';
    this.#write(sql, ...deliveryColumns(delivery), position);
  }

  removeMessage({ position }: QueueMessage): void {
    this.#write('DELETE FROM messages WHERE position = ?', position);
  }

  putAccepted(queueName: string, entry: AcceptedMessage): void {
    const { scope, deduplicationId, messageId, sequenceNumber, expiresMs } = entry;
    const sql = 'INSERT OR REPLACE INTO accepted VALUES (?, ?, ?, ?, ?, ?)';
    this.#write(sql, queueName, scope, deduplicationId, messageId, sequenceNumber, expiresMs);
  }

  /** Removes it unless it was accepted anew in the meantime. */
  removeAccepted(queueName: string, { scope, deduplicationId, expiresMs }: AcceptedMessage): void {
    const sql =
      'DELETE FROM accepted WHERE queue_name = ? AND scope = ? AND deduplication_id = ? AND expires_ms = ?';
    this.#write(sql, queueName, scope, deduplicationId, expiresMs);
  }

  /** Resolves when every change made so far is on disk; rejects if it could not be written. */
  synced(): Promise<void> {
    this.#assertUsable();
    return this.#pending ?? Promise.resolve();
  }

  close(): void {
    if (!this.#database.isOpen) return;
    if (this.#failure === undefined) this.#commit();
    this.#database.close();
  }

  #write(sql: string, ...values: (string | number | null)[]): void {
    this.#assertUsable();
    this.#beginIfNeeded();
    this.#orFail(() => this.#prepare(sql).run(...values));
  }

  #beginIfNeeded(): void {
    if (this.#database.isTransaction) return;
    this.#database.exec('BEGIN');
    this.#pending = new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          this.#commit();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    // Whoever waits hears of a failure, and so does every later change.
    this.#pending.catch(() => undefined);
  }

  #commit(): void {
    this.#pending = undefined;
    if (!this.#database.isOpen) return;
    this.#assertUsable();
    if (this.#database.isTransaction) this.#orFail(() => this.#database.exec('COMMIT'));
  }

  #orFail(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** After a failed write memory knows more than the disk, so nothing may be promised any more. */
  #assertUsable(): void {
    if (this.#failure !== undefined) {
      throw new Error('The queues could not be written to disk; restart to go on.', { cause: this.#failure });
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function deliveryColumns(delivery: DeliveryState): [number, number, number | null, number | null] {
  const { visibleAtMs, receiveCount, firstReceivedMs, lastReceivedMs } = delivery;
  return [visibleAtMs, receiveCount, firstReceivedMs ?? null, lastReceivedMs ?? null];
}
