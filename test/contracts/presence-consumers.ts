/** What the server of today does with samples about presence; each says that it was understood. */
import { expect } from 'vitest';
import { presenceFrame } from '../../events/client-frames.ts';
import { presenceCheck } from '../../events/presence-check.ts';
import { aConnection, anna, aProfile } from '../support/builders.ts';
import { presenceWorld } from '../support/presence-world.ts';

export async function consumePresenceFrame(text: string): Promise<void> {
  const frame = presenceFrame.parse(JSON.parse(text));
  const world = presenceWorld('anna');
  await world.open(anna);
  await world.follow(anna);
  if (frame.action === 'presence.set') {
    await world.set(anna, frame);
    const { availability, custom } = frame;
    const record = await world.presence.get(anna);
    expect(record).toMatchObject({ ...(availability && { availability }), ...(custom && { custom }) });
    return;
  }
  for (const userId of frame.user_ids) world.users.put(aProfile(userId, { userId }));
  const answers = await world.watch(anna, ...frame.user_ids);
  expect(answers.map(({ user_id }) => user_id)).toEqual(frame.user_ids);
  if (frame.action === 'presence.subscribe') return;
  await world.watches.unwatch(aConnection(anna), frame.user_ids, world.clock.now());
  for (const userId of frame.user_ids) expect(await world.watches.watchersOf(userId)).toEqual([]);
}

/** The one of the check is gone for long, and offline afterwards. */
export async function consumePresenceCheck(text: string): Promise<void> {
  const { user_id: userId } = presenceCheck.parse(JSON.parse(text));
  const world = presenceWorld();
  world.users.put(aProfile('somebody', { userId }));
  await world.open(userId, 'only');
  await world.follow(userId);
  await world.connections.close('only');
  world.clock.advance(60_000);
  expect(await world.check(userId)).toBe('told');
  expect(await world.presence.get(userId)).toMatchObject({ status: 'offline' });
}
