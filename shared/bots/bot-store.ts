import type { UserProfile } from '../users/user.ts';

export interface BotStore {
  /**
   * Writes everything of a new bot, or nothing. `full`: its owner has the most that one may have; `owner_gone`: the owner's
   * account is erased.
   */
  create(bot: UserProfile & { readonly botOf: string }, sessionId: string): Promise<CreateBotOutcome>;
  /** The ids of somebody's bots, the oldest first; strongly consistent. */
  idsOf(ownerId: string): Promise<string[]>;
  /** From now on the bot has this session and no other. False: it is erased, or about to be. */
  replaceSession(botId: string, sessionId: string): Promise<boolean>;
  /** Takes a bot off its owner's list. Repeating it is harmless. */
  forget(ownerId: string, botId: string): Promise<void>;
}

export type CreateBotOutcome = 'created' | 'handle_taken' | 'full' | 'owner_gone';
