import type { CustomStatus } from '../../events/client-frames.ts';
import type { Availability, PresenceRecord } from './presence.ts';

/** What a person sets; what is undefined stays, null takes the custom status away. */
export interface PresenceSettings {
  readonly availability?: Availability | undefined;
  readonly custom?: CustomStatus | null | undefined;
}

export interface PresenceStore {
  /** Strongly consistent. */
  get(userId: string): Promise<PresenceRecord | undefined>;
  /** Those of these people who have a record, in no particular order; strongly consistent. */
  getMany(userIds: readonly string[]): Promise<PresenceRecord[]>;
  /**
   * Writes what follows from the connections, unless the record is not the `known` one any more: false. With `erase` all that
   * says something of the person goes, and some time later the record itself.
   */
  settle(
    known: PresenceRecord,
    next: PresenceRecord,
    options?: { readonly erase?: boolean },
  ): Promise<boolean>;
  /** Writes what a person sets, and so stops every `settle` that knows the record from before. */
  set(userId: string, settings: PresenceSettings): Promise<void>;
  /** The change of this record was told: its cause need not be remembered. Nothing if it is another one by now. */
  told(record: PresenceRecord): Promise<void>;
}
