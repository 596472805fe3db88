import { type SettleDeps, settlePresence } from './settle-presence.ts';
import { type TellDeps, tellPresence } from './tell-presence.ts';

/**
 * Looks again at somebody whose last connection ended a while ago, who shows themselves to others or not any more, or who is
 * erased. `checkId` names the check, the same at each repetition. Throws what is to be tried again.
 */
export async function checkPresence(
  userId: string,
  checkId: string,
  deps: SettleDeps & TellDeps,
): Promise<'told' | 'nothing_new'> {
  const { record, isNews } = await settlePresence(userId, { kind: 'check', causes: [checkId] }, deps);
  if (!isNews) return 'nothing_new';
  await tellPresence([{ record, others: true, themselves: false }], deps);
  return 'told';
}
