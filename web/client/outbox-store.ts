import type { PendingMessage } from './timeline.ts';

/** A message that waits to be sent, or that was refused and waits for its writer's decision. */
export interface OutboxEntry extends PendingMessage {
  /** The place in the queue: it only rises, and is never given twice. */
  readonly position: number;
  readonly user_id: string;
  readonly convo_id: string;
}

/** Where unsent messages wait. Durable, and shared by all tabs of one origin. */
export interface OutboxStore {
  /** Puts the entry at the end. Resolves when it would survive a crash. */
  add(entry: Omit<OutboxEntry, 'position'>): Promise<OutboxEntry>;
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
