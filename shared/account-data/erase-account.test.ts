import { isDeepStrictEqual } from 'node:util';
import { BatchWriteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { anAccountToErase, dyingProcess } from '../../test/support/account-to-erase.ts';
import { countingIds } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import type { AccountEventBody } from '../account-events/account-events.ts';
import { emailClaimKey, emailKey, gateKey, phoneKey } from '../auth/auth-keys.ts';
import { limits } from '../limits.ts';
import { eraseAccount, requestErasure } from './erase-account.ts';

const database = testDatabase();
const setup = (options?: { emailVerified: boolean }) => anAccountToErase(database(), options);

const notices = (events: readonly AccountEventBody[]) =>
  events.filter(({ name }) => name === 'account.notice');

describe('eraseAccount', () => {
  it('leaves a tombstone, the reserved handle and what belongs to others, and nothing else', async () => {
    const { deliver, state, erased, profile } = await setup();
    expect((await state()).length).toBeGreaterThan(10);
    await deliver();
    const left = await state();
    expect(left).toEqual(erased);
    expect(JSON.stringify(left)).not.toContain(profile.email);
    expect(JSON.stringify(left)).not.toContain(profile.displayName);
  });

  it('tells the verified address once, and has the sockets closed', async () => {
    const { deliver, events, userId, profile } = await setup();
    await deliver();
    await deliver();
    expect(notices(events)).toEqual([
      { name: 'account.notice', notice: 'account_erased', user_id: userId, email: profile.email },
    ]);
    expect(events).toContainEqual({ name: 'sessions.ended', user_id: userId, session_ids: [] });
  });

  it('writes to no address that was never proven', async () => {
    const { deliver, events, state, erased } = await setup({ emailVerified: false });
    await deliver();
    expect(notices(events)).toEqual([]);
    expect(await state()).toEqual(erased);
  });

  it('leaves addresses that others have proven or claimed since', async () => {
    const { deliver, put, client, tables, profile, phone, friend } = await setup();
    const others = [emailKey(profile.email), emailClaimKey(profile.email), phoneKey(phone)];
    for (const key of others) await put({ ...key, user_id: friend.userId });
    await deliver();
    for (const Key of others) {
      const { Item } = await client.send(new GetCommand({ TableName: tables.authTable, Key }));
      expect(Item?.user_id).toBe(friend.userId);
    }
  });

  it('gives up a claim as well as an address that is held', async () => {
    const { deliver, put, state, erased, profile, friend, userId } = await setup();
    await put({ ...emailKey(profile.email), user_id: friend.userId, verified: true });
    await put({ ...emailClaimKey(profile.email), user_id: userId });
    await deliver();
    expect(await state()).toEqual(erased);
  });

  it('forgets however many sessions and rows there are', async () => {
    const { client, tables, deliver, state, erased, userId } = await setup();
    const rows = Array.from({ length: 25 }, (_, index) => ({
      PutRequest: { Item: { pk: gateKey(userId).pk, sk: `SESSION#old${index}`, user_id: userId } },
    }));
    await client.send(new BatchWriteCommand({ RequestItems: { [tables.authTable]: rows } }));
    await deliver();
    expect(await state()).toEqual(erased);
  });

  it('does nothing for somebody who never was', async () => {
    const { depsOf, events, state } = await setup();
    const before = await state();
    await eraseAccount(countingIds('NOBODY').user(), depsOf(dyingProcess()));
    expect(notices(events)).toEqual([]);
    expect(await state()).toEqual(before);
  });

  it('ends in the same state wherever it died, with one more notice at most', async () => {
    const calls = await (await setup()).deliver();
    expect(calls).toBeGreaterThan(12);
    for (let died = 1; died <= calls; died += 1) {
      const { deliver, state, erased, events } = await setup();
      await expect(deliver(dyingProcess(died)), `call ${died}`).rejects.toThrow('the process dies here');
      const isDone = isDeepStrictEqual(await state(), erased);
      expect(isDone, `after call ${died} of ${calls}`).toBe(died === calls);
      await deliver();
      expect(await state(), `after call ${died} of ${calls}`).toEqual(erased);
      expect([1, 2]).toContain(notices(events).length);
    }
  });

  it('ends in the same state when two deliveries run at once', async () => {
    const { deliver, state, erased } = await setup();
    await Promise.all([deliver(), deliver()]);
    expect(await state()).toEqual(erased);
  });
});

describe('requestErasure', () => {
  it('[ASVS 7.4.2] makes the intent durable, and then nothing signs in and every token is refused', async () => {
    const { depsOf, sessions, accounts, identity, profile, ...account } = await setup();
    await requestErasure(identity, { ...depsOf(dyingProcess()), sessions });
    expect(account.events).toEqual([{ name: 'account.erased', user_id: identity.userId }]);
    expect(await sessions.isLive(identity)).toBe(false);
    expect(await sessions.list(identity.userId)).toEqual([]);
    expect(await accounts.candidates(profile.email)).toEqual([]);
    expect(await accounts.holder({ channel: 'email', address: profile.email })).toBeUndefined();
    expect(await sessions.add(account.newSession())).toBe(false);
    await account.deliver();
    expect(await account.state()).toEqual(account.erased);
  });

  it('asks for a recent proof of who it is, and does nothing without', async () => {
    const { depsOf, sessions, identity, clock, events, state } = await setup();
    const before = await state();
    clock.advance((limits.recentAuthenticationSeconds + 1) * 1_000);
    await expect(requestErasure(identity, { ...depsOf(dyingProcess()), sessions })).rejects.toMatchObject({
      code: 'auth.reauthentication_required',
    });
    expect(events).toEqual([]);
    expect(await state()).toEqual(before);
  });

  it('changes nothing when the intent cannot be published', async () => {
    const { depsOf, sessions, identity, state } = await setup();
    const before = await state();
    await expect(requestErasure(identity, { ...depsOf(dyingProcess(0)), sessions })).rejects.toThrow(
      'the process is gone',
    );
    expect(await state()).toEqual(before);
  });

  it('is finished by the event when it died after that', async () => {
    const { depsOf, sessions, identity, deliver, state, erased } = await setup();
    await expect(requestErasure(identity, { ...depsOf(dyingProcess(1)), sessions })).rejects.toThrow(
      'the process dies here',
    );
    await deliver();
    expect(await state()).toEqual(erased);
  });
});
