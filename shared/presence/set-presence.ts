import type { PresenceSetFrame } from '../../events/client-frames.ts';
import type { Connection, ConnectionStore } from '../connections/connection-store.ts';
import { type SettleDeps, setByThemselves, settlePresence } from './settle-presence.ts';
import { type TellDeps, tellPresence } from './tell-presence.ts';

type Deps = SettleDeps & TellDeps & { readonly connections: Pick<ConnectionStore, 'setIdle'> };

/**
 * What somebody says of themselves. Whether they are at this connection is noted with it, and the stream does the rest. What they
 * set about themselves is written and told at once, to their own connections too; sending it again does no harm, and tells it again.
 */
export async function setPresence(
  { userId, connectionId }: Connection,
  { idle, availability, custom }: Omit<PresenceSetFrame, 'action'>,
  deps: Deps,
): Promise<void> {
  if (idle !== undefined) await deps.connections.setIdle(userId, connectionId, idle);
  if (availability === undefined && custom === undefined) return;
  await deps.presence.set(userId, { availability, custom });
  const trigger = { kind: 'settings', causes: [setByThemselves] } as const;
  const { record, isNews } = await settlePresence(userId, trigger, deps);
  await tellPresence([{ record, others: isNews, themselves: true }], deps);
}
