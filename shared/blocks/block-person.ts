import type { PersonView } from '../../events/server-frames.ts';
import { type Clock, isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { personView } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import type { BlockStore } from './block-store.ts';
import { type SilenceDeps, settleSilence } from './silence.ts';

export interface BlockDeps extends SilenceDeps {
  readonly blocks: Pick<BlockStore, 'has' | 'list' | 'put'>;
  readonly clock: Clock;
}

/**
 * From now on neither of the two opens a new conversation with the other in it, and nothing is written any more in the
 * direct one that they have; others that both are in stay as they are. Blocking somebody again changes nothing, and mends
 * what a failure left undone: the block is durable before the conversation is silent.
 * Throws `user.not_found`, erased and missing alike; `user.cannot_block` for oneself and beyond `limits.blocksMax`. That
 * is counted by reading the list first: blocks that one person writes at the same moment may pass it by as many as their
 * rate limit admits, and nothing but the length of the list depends on it.
 */
export async function blockPerson(userId: string, blockedId: string, deps: BlockDeps): Promise<void> {
  if (blockedId === userId) throw new AppError('user.cannot_block', 'nobody can block themselves');
  const blocked = await deps.blocks.list(userId);
  if (blocked.length >= limits.blocksMax && !blocked.includes(blockedId)) {
    throw new AppError('user.cannot_block', `at most ${limits.blocksMax} people can be blocked`);
  }
  const written = await deps.blocks.put(userId, blockedId, isoTime(deps.clock.now()));
  if (!written) throw new AppError('user.not_found');
  await settleSilence(userId, blockedId, deps);
}

/**
 * Takes a block back; doing it again, or for somebody who never was blocked, changes nothing. A failure in between leaves
 * the conversation silent, and doing it again mends that.
 */
export async function unblockPerson(
  userId: string,
  blockedId: string,
  deps: SilenceDeps & { readonly blocks: Pick<BlockStore, 'has' | 'remove'> },
): Promise<void> {
  await deps.blocks.remove(userId, blockedId);
  await settleSilence(userId, blockedId, deps);
}

/** Whom a person blocks, the latest first; those whose account was erased are shown as such, so that they can go. */
export async function blockedPeople(
  userId: string,
  deps: { blocks: Pick<BlockStore, 'list'>; users: Pick<UserStore, 'getMany'> },
): Promise<PersonView[]> {
  const ids = await deps.blocks.list(userId);
  const profiles = await deps.users.getMany(ids);
  const people = new Map(profiles.map((profile) => [profile.userId, profile]));
  return ids.flatMap((id) => {
    const person = people.get(id);
    return person ? [personView(person)] : [];
  });
}
