import { describe, expect, it } from 'vitest';
import { type AccountToErase, anAccountToErase } from '../../test/support/account-to-erase.ts';
import { startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { dynamoGate } from '../auth/dynamo-gate.ts';
import { updateProfile } from '../users/update-profile.ts';

const database = testDatabase();

/** What others may be about to write under the person, each by a request that was let in before the erasure. */
const attempts: Readonly<Record<string, (account: AccountToErase) => Promise<unknown>>> = {
  'a sign-in by code': ({ sessions, newSession }) => sessions.add(newSession()),
  'a sign-in by password': ({ sessions, newSession }) => sessions.add(newSession(), { passwordHash: 'hash' }),
  'a refresh': ({ sessions, session }) =>
    sessions.rotate(session, { refreshHash: 'next', rotatedAt: 1, expiresAt: session.expiresAt + 1 }),
  'another proof of who it is': ({ sessions, identity }) => sessions.reauthenticated(identity, 1),
  'a new address': ({ accounts, identity, profile }) =>
    accounts.verify(identity, { channel: 'email', address: `new-${profile.email}` }),
  'a new number': ({ accounts, identity, phone }) =>
    accounts.verify(identity, { channel: 'sms', address: `${phone}9` }),
  'a better hash': ({ accounts, userId }) => accounts.rehash(userId, 'hash', 'better'),
  'a new password': ({ accounts, identity }) =>
    accounts.changePassword(identity, { from: 'hash', to: 'other' }),
  'a reset': ({ accounts, userId, profile }) =>
    accounts.reclaim(
      userId,
      { channel: 'email', address: profile.email },
      { passwordHash: 'other', forgetFactors: true },
    ),
  'a new name': ({ users, userId }) => updateProfile(userId, { display_name: 'Back' }, { users }),
  'a new handle': ({ users, userId, profile }) =>
    updateProfile(userId, { handle: `b${profile.handle}` }, { users }),
  'a block': ({ blocks, userId, friend }) =>
    blocks.put(userId, friend.userId, new Date(startMs).toISOString()),
  'a frame': ({ client, tables, clock, identity }) =>
    dynamoGate({ client, authTable: tables.authTable, clock }).admit(identity, 'ping'),
};

/** A change of the handle that was quicker than the erasure leaves another one reserved, as it may. */
function expectErased({ erased }: AccountToErase, left: readonly Record<string, unknown>[]): void {
  const isHandle = ({ sk }: Record<string, unknown>) => sk === 'HANDLE';
  expect(left.filter(isHandle)).toHaveLength(1);
  expect(left.filter((item) => !isHandle(item))).toEqual(erased.filter((item) => !isHandle(item)));
}

describe('an erased account', () => {
  it.each(Object.entries(attempts))('is not brought back by %s', async (_, attempt) => {
    const control = await anAccountToErase(database());
    const before = JSON.stringify(await control.state());
    await attempt(control);
    const bites = JSON.stringify(await control.state()) !== before;
    expect(bites, 'the attempt writes something while the account lives').toBe(true);

    const account = await anAccountToErase(database());
    await account.deliver();
    await Promise.allSettled([attempt(account)]);
    expect(await account.state()).toEqual(account.erased);
  });

  it.each(Object.entries(attempts))('is not brought back by %s at the same moment', async (_, attempt) => {
    for (let round = 0; round < 4; round += 1) {
      const account = await anAccountToErase(database());
      await Promise.all([account.deliver(), Promise.allSettled([attempt(account)])]);
      expectErased(account, await account.state());
    }
  });

  it('is not brought back by all of them together', async () => {
    for (let round = 0; round < 5; round += 1) {
      const account = await anAccountToErase(database());
      const all = Object.values(attempts).map((attempt) => attempt(account));
      await Promise.all([account.deliver(), Promise.allSettled(all)]);
      expectErased(account, await account.state());
    }
  });
});
