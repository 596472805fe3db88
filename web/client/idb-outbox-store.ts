import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { OutboxEntry, OutboxStore } from './outbox-store.ts';

interface OutboxDatabase extends DBSchema {
  outbox: { key: number; value: OutboxEntry; indexes: { user_id: string } };
}

/**
 * The outbox in IndexedDB. The key generator of the object store gives the position: it only rises, across tabs
 * and reloads. https://www.w3.org/TR/IndexedDB/#key-generator-construct
 */
export function idbOutboxStore(databaseName = 'confab'): OutboxStore {
  let opening: Promise<IDBPDatabase<OutboxDatabase>> | undefined;

  function database(): Promise<IDBPDatabase<OutboxDatabase>> {
    opening ??= openDB<OutboxDatabase>(databaseName, 1, {
      upgrade(db) {
        const store = db.createObjectStore('outbox', { keyPath: 'position', autoIncrement: true });
        store.createIndex('user_id', 'user_id');
      },
      // Another tab wants a newer version: make way, and open again when needed.
      blocking: (_current, _next, event) => {
        (event.target as IDBDatabase).close();
        opening = undefined;
      },
      terminated: () => {
        opening = undefined;
      },
    }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  return {
    async add(entry) {
      const db = await database();
      const transaction = db.transaction('outbox', 'readwrite', { durability: 'strict' });
      // The key generator fills position in; the type of `add` wants it there already.
      const position = await transaction.store.add(entry as OutboxEntry);
      await transaction.done;
      return { ...entry, position: position };
    },
    list: async (userId) => (await database()).getAllFromIndex('outbox', 'user_id', userId),
    async update(entry) {
      const db = await database();
      const transaction = db.transaction('outbox', 'readwrite');
      if ((await transaction.store.getKey(entry.position)) !== undefined) {
        await transaction.store.put(entry);
      }
      await transaction.done;
    },
    remove: async (position) => (await database()).delete('outbox', position),
    async keepOnly(userId) {
      const transaction = (await database()).transaction('outbox', 'readwrite');
      for await (const cursor of transaction.store) {
        if (cursor.value.user_id !== userId) await cursor.delete();
      }
      await transaction.done;
    },
    wipe: async () => (await database()).clear('outbox'),
  };
}
