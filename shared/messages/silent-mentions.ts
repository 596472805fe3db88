import type { BlockStore } from '../blocks/block-store.ts';
import type { Submission } from './submit-message.ts';

export interface MentionDeps {
  readonly blocks: Pick<BlockStore, 'between'>;
}

/** What an event of the queue says of it; nothing where nobody is left out. */
export interface SilentMentions {
  readonly silent_mentions?: string[];
}

/**
 * Those among the people mentioned who have a block between them and the sender, whichever of the two it is by: they are not
 * mentioned, and neither is told. One BatchGetItem and 2 read units for each person named; nothing for a message that names
 * nobody. What the sender asked for stays in the event beside it, so that a retry after the end of a block is the same
 * request (see bodyHash).
 */
export async function silentMentions(
  { frame, identity }: Submission<object>,
  { blocks }: MentionDeps,
): Promise<SilentMentions> {
  const { mentions } = frame as { mentions?: readonly string[] };
  const people = (mentions ?? []).filter((one) => one !== 'all');
  if (people.length === 0) return {};
  const silent = await blocks.between(identity.userId, people);
  return silent.size > 0 ? { silent_mentions: [...silent] } : {};
}
