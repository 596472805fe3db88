import type { PendingChange } from './message-changes.ts';
import type { PendingMessage } from './timeline.ts';

interface Queued {
  /** The place in the queue: it only rises, and is never given twice. */
  readonly position: number;
  readonly user_id: string;
  readonly convo_id: string;
}

/** A message that waits to be sent, or that was refused and waits for its writer's decision. */
export interface OutboxMessage extends PendingMessage, Queued {
  readonly change?: undefined;
}

/** The same of a change of a message. */
export interface OutboxChange extends PendingChange, Queued {}

export type OutboxEntry = OutboxMessage | OutboxChange;

/** Before it has a place in the queue. */
export type NewOutboxEntry = Omit<OutboxMessage, 'position'> | Omit<OutboxChange, 'position'>;

export function isMessage(entry: OutboxEntry): entry is OutboxMessage {
  return entry.change === undefined;
}

export function isChange(entry: OutboxEntry): entry is OutboxChange {
  return entry.change !== undefined;
}

/** Where unsent messages wait. Durable, and shared by all tabs of one origin. */
export interface OutboxStore {
  /** Puts the entry at the end. Resolves when it would survive a crash. */
  add(entry: NewOutboxEntry): Promise<OutboxEntry>;
  /** The entries of one person, in the order of position. */
  list(userId: string): Promise<OutboxEntry[]>;
  /** Replaces the entry at the same position if it is still there: another tab may have sent it meanwhile. */
  update(entry: OutboxEntry): Promise<void>;
  remove(position: number): Promise<void>;
  /** Removes what others left behind on this device, so that nobody reads or sends it in their place. */
  keepOnly(userId: string): Promise<void>;
  /** Removes the entries of everybody. */
  wipe(): Promise<void>;
}

export function memoryOutboxStore(): OutboxStore {
  const entries = new Map<number, OutboxEntry>();
  let lastPosition = 0;
  return {
    async add(entry) {
      lastPosition += 1;
      const added = { ...entry, position: lastPosition };
      entries.set(lastPosition, added);
      return added;
    },
    list: async (userId) => [...entries.values()].filter((entry) => entry.user_id === userId),
    async update(entry) {
      if (entries.has(entry.position)) entries.set(entry.position, entry);
    },
    async remove(position) {
      entries.delete(position);
    },
    async keepOnly(userId) {
      for (const entry of entries.values()) {
        if (entry.user_id !== userId) entries.delete(entry.position);
      }
    },
    async wipe() {
      entries.clear();
    },
  };
}
