import { directConversationId } from '../ids.ts';
import { settle } from '../settle.ts';
import type { BlockStore } from './block-store.ts';

/** The direct conversations of people who block each other: nothing is written there any more. */
export interface Silence {
  /**
   * Says of a direct conversation whether this member silences it, and moves its `membersVersion` if that was not so: what
   * is being written there at this moment is looked at again. Does nothing when there is no such conversation.
   */
  set(convoId: string, userId: string, silent: boolean): Promise<void>;
}

export interface SilenceDeps {
  readonly blocks: Pick<BlockStore, 'has'>;
  readonly silence: Silence;
}

/**
 * Makes the direct conversation of two people as silent as the block of the one by the other wants it: every send reads the
 * conversation anyway, and so needs to read no blocks. No message is stored after it that was not before.
 */
export async function settleSilence(
  userId: string,
  blockedId: string,
  { blocks, silence }: SilenceDeps,
): Promise<void> {
  const convoId = directConversationId(userId, blockedId);
  await settle({
    read: () => blocks.has(userId, blockedId),
    write: (silent) => silence.set(convoId, userId, silent),
    same: (a, b) => a === b,
  });
}

/**
 * For a direct conversation that was made a moment ago: a block that came between the look at the blocks and the making
 * found no conversation to silence. 2 read units, and nothing more where nobody blocks anybody.
 */
export async function silenceIfBlocked(
  userId: string,
  otherId: string,
  deps: SilenceDeps & { readonly blocks: Pick<BlockStore, 'between' | 'has'> },
): Promise<void> {
  const blocked = await deps.blocks.between(userId, [otherId]);
  if (blocked.size === 0) return;
  await settleSilence(userId, otherId, deps);
  await settleSilence(otherId, userId, deps);
}
