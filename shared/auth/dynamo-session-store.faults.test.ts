import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { aSession, countingIds, instantBackoff, movableClock, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { putAccount, putAuthItem, storeOnDynamo } from '../../test/support/session-stores.ts';
import { sha256 } from '../ids.ts';
import { limits } from '../limits.ts';
import { sessionKey } from './auth-keys.ts';
import { dynamoSessionStore } from './dynamo-session-store.ts';

const database = testDatabase();
const ids = countingIds('FAULT');
const startSeconds = startMs / 1_000;
const cap = limits.sessionsPerUserMax;

describe('the session store on DynamoDB', () => {
  async function account() {
    const clock = movableClock();
    const first = aSession({ userId: ids.user(), sessionId: ids.session() });
    await putAccount(database(), first);
    return { clock, first, store: storeOnDynamo(database(), clock) };
  }

  it('[P8] counts a session as over whose row is still there: its end was interrupted', async () => {
    const { clock, first, store } = await account();
    const { client, tables } = database();
    const interrupted = {
      async send(command: unknown) {
        if (command instanceof DeleteCommand) throw new Error('the process died');
        return await client.send(command as never);
      },
    } as unknown as typeof client;
    const dying = dynamoSessionStore({ client: interrupted, ...tables, clock, backoff: instantBackoff() });
    await expect(dying.end(first.userId, [first.sessionId])).rejects.toThrow('the process died');
    expect(await store.get(first)).toBeDefined();
    expect(await store.isLive(first)).toBe(false);
    expect(await store.list(first.userId)).toEqual([]);
    const next = { refreshHash: sha256('next'), rotatedAt: startSeconds, expiresAt: startSeconds + 999 };
    expect(await store.rotate(first, next)).toBe(false);
    expect(await store.isLive(first)).toBe(false);
  });

  it('reads rows from before sessions had devices', async () => {
    const { first, store } = await account();
    const { sessionId, userId, refreshHash: refresh_hash, createdAt, expiresAt } = first;
    const old = { user_id: userId, session_id: sessionId, refresh_hash, created_at: createdAt };
    await putAuthItem(database(), {
      ...sessionKey(userId, sessionId),
      ...old,
      expires_at: expiresAt,
      rotated_at: createdAt + 60,
    });
    const asItWas = { ...first, device: {}, rotatedAt: createdAt + 60, lastUsedAt: createdAt + 60 };
    expect(await store.list(userId)).toEqual([asItWas]);
    await putAuthItem(database(), { ...sessionKey(userId, sessionId), ...old, expires_at: expiresAt });
    expect(await store.get(first)).toEqual({ ...first, device: {} });
  });

  it('keeps the cap also against many sign-ins at the same time', async () => {
    const { first, store } = await account();
    const { userId } = first;
    for (let index = 2; index < cap; index += 1) {
      await store.add(aSession({ userId, sessionId: ids.session(), expiresAt: first.expiresAt + index }));
    }
    const sessions = Array.from({ length: 4 }, () => aSession({ userId, sessionId: ids.session() }));
    const outcomes = await Promise.allSettled(sessions.map((one) => store.add(one)));
    expect(outcomes.some((one) => one.status === 'fulfilled' && one.value)).toBe(true);
    const live = await store.list(userId);
    expect(live.length).toBeLessThanOrEqual(cap);
    for (const [index, outcome] of outcomes.entries()) {
      // Whoever was told that they are in, is or was pushed out by a later one; nobody else is.
      if (outcome.status === 'rejected') expect(await store.get(sessions[index] ?? first)).toBeUndefined();
    }
  });

  it('looks again when others signed in between its look and its write, and gives up when that goes on', async () => {
    const mock = mockClient(database().client);
    const cancelled = (...codes: string[]) =>
      new TransactionCanceledException({
        message: '',
        $metadata: {},
        CancellationReasons: codes.map((Code) => ({ Code })),
      });
    const store = storeOnDynamo(database(), movableClock());
    mock.resolves({ Item: { sessions: {} } });
    const overtaken = cancelled('ConditionalCheckFailed', 'None', 'None');
    mock.on(TransactWriteCommand).rejectsOnce(overtaken).resolves({});
    expect(await store.add(aSession())).toBe(true);
    mock.on(TransactWriteCommand).rejects(overtaken);
    await expect(store.add(aSession())).rejects.toMatchObject({ code: 'unavailable' });
    mock.on(TransactWriteCommand).rejects(cancelled('ValidationError', 'None', 'None'));
    await expect(store.add(aSession())).rejects.toThrow('ValidationError');
    mock.restore();
  });
});
