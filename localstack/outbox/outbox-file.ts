import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { damagedState } from '../cloud/startup-error.ts';
import { type OutboxMessage, outboxMessageSchema } from './outbox-message.ts';

/** The last messages, in memory and on disk. */
export interface OutboxFile {
  /** Oldest first. */
  messages(): readonly OutboxMessage[];
  append(message: OutboxMessage): void;
  clear(): void;
}

const mode = 0o600;

/**
 * Each message is a line that is appended; when there are twice as many lines as messages may be, the file is written
 * anew. A last line without its end is of a process that was killed, and counts as not sent.
 * @throws StartupError when another line is damaged.
 */
export function createOutboxFile(file: string, messagesMax: number): OutboxFile {
  mkdirSync(dirname(file), { recursive: true });
  const { messages: found, isTorn } = read(file);
  let messages = found.slice(-messagesMax);
  let lines = found.length;

  const rewrite = (): void => {
    writeFileSync(`${file}.new`, messages.map(lineOf).join(''), { mode });
    renameSync(`${file}.new`, file);
    lines = messages.length;
  };
  if (isTorn) rewrite();

  return {
    messages: () => messages,
    append(message) {
      appendFileSync(file, lineOf(message), { mode });
      messages = [...messages, message].slice(-messagesMax);
      lines += 1;
      if (lines >= 2 * messagesMax) rewrite();
    },
    clear() {
      messages = [];
      rewrite();
    },
  };
}

function lineOf(message: OutboxMessage): string {
  return `${JSON.stringify(message)}\n`;
}

function read(file: string): { messages: OutboxMessage[]; isTorn: boolean } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { messages: [], isTorn: false };
    throw error;
  }
  const lines = text.split('\n');
  const torn = lines.pop();
  try {
    const messages = lines.map((line) => outboxMessageSchema.parse(JSON.parse(line)));
    return { messages, isTorn: torn !== '' };
  } catch (cause) {
    // Without the cause: it could quote a message.
    throw damagedState(cause instanceof Error ? `${file} (${cause.name})` : file);
  }
}
