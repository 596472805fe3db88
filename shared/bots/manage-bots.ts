import type { BotView } from '../../events/bot-contracts.ts';
import type { AccountEraser } from '../account-data/account-eraser.ts';
import type { AccountEvents } from '../account-events/account-events.ts';
import { isReservedHandle } from '../auth/reserved-handles.ts';
import { type Clock, isoTime } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import { personView, type UserProfile } from '../users/user.ts';
import type { UserStore } from '../users/user-store.ts';
import type { BotStore } from './bot-store.ts';
import { botSessionId, botToken } from './bot-token.ts';

interface CreateDeps {
  readonly bots: Pick<BotStore, 'create'>;
  readonly ids: Pick<Ids, 'user' | 'secret'>;
  readonly clock: Clock;
}

/** Throws `auth.handle_taken` (also for reserved handles), `bot.limit_reached`, or `auth.session_ended` for an erased owner. */
export async function createBot(
  ownerId: string,
  { handle, display_name: displayName }: { handle: string; display_name: string },
  { bots, ids, clock }: CreateDeps,
): Promise<{ bot: BotView; token: string }> {
  if (isReservedHandle(handle)) throw new AppError('auth.handle_taken');
  const secret = ids.secret();
  const bot = {
    userId: ids.user(),
    handle,
    displayName,
    // Nothing leads to its account: it has no address.
    email: '',
    emailVerified: false,
    createdAt: isoTime(clock.now()),
    botOf: ownerId,
  };
  const outcome = await bots.create(bot, botSessionId(secret));
  if (outcome === 'handle_taken') throw new AppError('auth.handle_taken');
  if (outcome === 'full') throw new AppError('bot.limit_reached');
  if (outcome === 'owner_gone') throw new AppError('auth.session_ended');
  return { bot: botView(bot, ownerId), token: botToken(bot.userId, secret) };
}

/** Somebody's bots, the oldest first. */
export async function listBots(
  ownerId: string,
  { bots, users }: { bots: Pick<BotStore, 'idsOf'>; users: Pick<UserStore, 'getMany'> },
): Promise<BotView[]> {
  const ids = await bots.idsOf(ownerId);
  const profiles = ids.length > 0 ? await users.getMany(ids) : [];
  return profiles
    .filter(({ deletedAt }) => deletedAt === undefined)
    .sort((a, b) => a.userId.localeCompare(b.userId))
    .map((bot) => botView(bot, ownerId));
}

/** The old token is refused from now on. Throws `bot.not_found`, foreign and missing alike. */
export async function renewBotToken(
  ownerId: string,
  botId: string,
  { bots, ids }: { bots: Pick<BotStore, 'idsOf' | 'replaceSession'>; ids: Pick<Ids, 'secret'> },
): Promise<string> {
  await requireOwn(ownerId, botId, bots);
  const secret = ids.secret();
  if (!(await bots.replaceSession(botId, botSessionId(secret)))) throw new AppError('bot.not_found');
  return botToken(botId, secret);
}

interface DeleteDeps {
  readonly bots: Pick<BotStore, 'idsOf' | 'forget'>;
  readonly accounts: Pick<AccountEraser, 'disable'>;
  readonly events: AccountEvents;
}

/**
 * A bot is erased as a person is: the intent is durable first, its token is refused when this resolves, the rest follows by
 * `eraseAccount`. Throws `bot.not_found`, foreign and missing alike, or `unavailable`; then it can be asked for again.
 */
export async function deleteBot(
  ownerId: string,
  botId: string,
  { bots, accounts, events }: DeleteDeps,
): Promise<void> {
  await requireOwn(ownerId, botId, bots);
  await events.publish({ name: 'account.erased', user_id: botId });
  await accounts.disable(botId);
  await bots.forget(ownerId, botId);
}

/** The owner is gone, and can make no more of them: their bots go, too. May stop anywhere and be repeated. */
export async function eraseBotsOf(
  ownerId: string,
  { bots, events }: { bots: Pick<BotStore, 'idsOf'>; events: AccountEvents },
): Promise<void> {
  // Each takes itself off the list when it is erased.
  for (const botId of await bots.idsOf(ownerId))
    await events.publish({ name: 'account.erased', user_id: botId });
}

async function requireOwn(ownerId: string, botId: string, bots: Pick<BotStore, 'idsOf'>): Promise<void> {
  if (!(await bots.idsOf(ownerId)).includes(botId)) throw new AppError('bot.not_found');
}

function botView(bot: UserProfile, ownerId: string): BotView {
  return { ...personView(bot), owner_id: ownerId, created_at: bot.createdAt };
}
