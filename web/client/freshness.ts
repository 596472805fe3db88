/**
 * Whether what is shown of a conversation is what it is. Each change of the membership, the title or the settings takes the
 * next `version`; the events that tell of it may be lost, doubled or late, so that a missing version is noticed here, and
 * asked for.
 */
import type { ConversationView } from '../../events/server-frames.ts';

export interface Freshness {
  /** Of the last view that was taken: at that version it was whole. */
  readonly viewVersion: number;
  /** Everything up to this version has come, in a view or in events. */
  readonly version: number;
  /** Versions that came before their predecessors. */
  readonly ahead: readonly number[];
  /** Something that only a view says may have changed with this version: what one may do here, say. */
  readonly wantedVersion: number;
  /** Up to this message of the conversation its lines are accounted for. */
  readonly lineSeq: number;
  /** So many lines tell of changes that no version has told of. */
  readonly openLines: number;
}

/** Beside a view that is older than some news it cannot be told what of those is in it: a newer one is needed. */
export function freshAfter(before: Freshness | undefined, view: ConversationView): Freshness {
  const { version, seq } = view;
  const known = before ?? noneKnown;
  const heard = heardVersion(known);
  return settled({
    ...known,
    wantedVersion: heard > version ? Math.max(known.wantedVersion, heard) : known.wantedVersion,
    viewVersion: Math.max(known.viewVersion, version),
    version: Math.max(known.version, version),
    lineSeq: Math.max(known.lineSeq, seq),
    openLines: seq >= known.lineSeq ? 0 : known.openLines,
  });
}

/** An event told of the change with this version. */
export function withVersion(freshness: Freshness, version: number): Freshness {
  if (version <= freshness.version || freshness.ahead.includes(version)) return freshness;
  return settled({ ...freshness, ahead: [...freshness.ahead, version].sort((a, b) => a - b) });
}

/** A system message came: its change has, or had, a version. */
export function withLine(freshness: Freshness, seqNo: number): Freshness {
  if (seqNo <= freshness.lineSeq) return freshness;
  return { ...freshness, lineSeq: seqNo, openLines: freshness.openLines + 1 };
}

/** Only a view of this version says what there is to say. */
export function withWanted(freshness: Freshness, version: number): Freshness {
  return version <= freshness.wantedVersion ? freshness : { ...freshness, wantedVersion: version };
}

/** The highest version that was heard of. */
export function heardVersion({ version, ahead }: Freshness): number {
  return ahead.at(-1) ?? version;
}

/** Something was missed: ask for the conversation as it is. */
export function isStale({ ahead, wantedVersion, viewVersion, openLines }: Freshness): boolean {
  return ahead.length > 0 || wantedVersion > viewVersion || openLines > 0;
}

/** What a sync should take as known: with less it tells again, which does no harm. */
export function syncVersion(freshness: Freshness): number {
  return freshness.wantedVersion > freshness.viewVersion ? freshness.viewVersion : freshness.version;
}

const noneKnown: Freshness = {
  viewVersion: 0,
  version: 0,
  ahead: [],
  wantedVersion: 0,
  lineSeq: 0,
  openLines: 0,
};

/** Goes on from version to version; each one accounts for one line. */
function settled(freshness: Freshness): Freshness {
  const ahead = freshness.ahead.filter((version) => version > freshness.version);
  let { version, openLines } = freshness;
  while (ahead[0] === version + 1) {
    version += 1;
    openLines = Math.max(0, openLines - 1);
    ahead.shift();
  }
  return { ...freshness, version, openLines, ahead };
}
