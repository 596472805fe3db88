/** Where public rooms are found. It is written with the rooms themselves: see room-items.ts. */

/** One row of it: a room under one of its terms, or under its title when all rooms are listed. */
export interface RoomRow {
  /** Folded. */
  readonly term: string;
  readonly convoId: string;
}

export interface RoomDirectory {
  /**
   * The rows whose term begins with the folded `prefix`, in their order; with an empty one the row of each room. Strongly
   * consistent. `next`: there may be more after this one.
   */
  page(
    prefix: string,
    options: { limit: number; after?: RoomRow | undefined },
  ): Promise<{ rows: RoomRow[]; next: RoomRow | undefined }>;
  /** Those of the conversations that the person is a member of; strongly consistent. */
  joinedBy(userId: string, convoIds: readonly string[]): Promise<ReadonlySet<string>>;
}
