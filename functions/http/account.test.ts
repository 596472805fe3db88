import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { sessionsResponse, ticketResponse } from '../../events/account-contracts.ts';
import { accountEvent } from '../../events/account-event.ts';
import { problem } from '../../events/http-contracts.ts';
import { randomIds } from '../../shared/ids.ts';
import { httpFunction } from '../../test/support/http-function.ts';
import { anotherSession, sessionStoreIn } from '../../test/support/session-rows.ts';

const account = httpFunction(() => import('./account.ts'));
const { database, sqs, call, refusal, somebody } = account;
const queued = () => account.queued(accountEvent);

describe('POST /auth/logout', () => {
  it('[I8] ends the session for every token of it, and has its sockets told (ASVS 7.4.1)', async () => {
    const anna = await somebody();
    const { token, userId, sessionId } = anna;
    const other = await anotherSession(database(), anna);
    expect((await call('POST /auth/logout', { token })).status).toBe(204);
    expect(queued()).toMatchObject([{ name: 'sessions.ended', user_id: userId, session_ids: [sessionId] }]);
    for (const route of ['GET /auth/sessions', 'POST /auth/ws-ticket', 'POST /auth/password']) {
      expect(await refusal(route, { token })).toMatchObject({ status: 401, code: 'auth.session_ended' });
    }
    expect(await sessionStoreIn(database()).isLive(other)).toBe(true);
  });

  it('[A1] may be repeated: the first answer may have been lost, or the socket not been told', async () => {
    const { token } = await somebody();
    for (const _ of [1, 2]) expect((await call('POST /auth/logout', { token })).status).toBe(204);
    expect(queued()).toHaveLength(2);
  });

  it('[A1] is for nobody else', async () => {
    const { token } = await somebody();
    for (const authorization of [undefined, '', 'Bearer x', `Bearer ${token}x`]) {
      const request = authorization === undefined ? {} : { authorization };
      expect(await refusal('POST /auth/logout', request)).toMatchObject({ code: 'auth.unauthenticated' });
    }
    expect(queued()).toEqual([]);
  });

  it('does nothing by halves: when the queue takes nothing, the session lives and the caller comes again', async () => {
    const anna = await somebody();
    sqs.on(SendMessageCommand).rejects(new Error('no queue'));
    const answer = await call('POST /auth/logout', { token: anna.token });
    expect(problem.parse(answer.body)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(await sessionStoreIn(database()).isLive(anna)).toBe(true);
  });
});

describe('/auth/sessions', () => {
  it('[I8] shows where one is signed in, and nothing of a secret', async () => {
    const anna = await somebody();
    const other = await anotherSession(database(), anna);
    const answer = await call('GET /auth/sessions', { token: anna.token });
    expect(answer.status).toBe(200);
    const { sessions } = sessionsResponse.parse(answer.body);
    const current = Object.fromEntries(sessions.map((one) => [one.session_id, one.current]));
    expect(current).toEqual({ [anna.sessionId]: true, [other.sessionId]: false });
    expect(sessions.find((one) => !one.current)).toMatchObject({
      user_agent: 'Phone/1',
      ip: '198.51.100.4',
    });
    expect(answer.text).not.toContain(other.refreshHash);
  });

  it('[I8] ends one of them', async () => {
    const anna = await somebody();
    const other = await anotherSession(database(), anna);
    const request = { token: anna.token, path: { id: other.sessionId } };
    expect((await call('DELETE /auth/sessions/{id}', request)).status).toBe(204);
    expect(queued()).toMatchObject([{ name: 'sessions.ended', session_ids: [other.sessionId] }]);
    expect(await sessionStoreIn(database()).isLive(other)).toBe(false);
    expect(await sessionStoreIn(database()).isLive(anna)).toBe(true);
  });

  it('[I8] ends the one that asks, too', async () => {
    const anna = await somebody();
    const request = { token: anna.token, path: { id: anna.sessionId } };
    expect((await call('DELETE /auth/sessions/{id}', request)).status).toBe(204);
    expect(await sessionStoreIn(database()).isLive(anna)).toBe(false);
  });

  it('[A2] answers alike for foreign, missing and malformed ones, and ends none', async () => {
    const [anna, ben] = [await somebody(), await somebody()];
    const answers = [];
    for (const id of [
      ben.sessionId,
      randomIds.session(),
      '',
      '../x',
      '__proto__',
      '\u0000',
      'x'.repeat(2_000),
    ]) {
      answers.push(await call('DELETE /auth/sessions/{id}', { token: anna.token, path: { id } }));
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(problem.parse(answers[0]?.body)).toMatchObject({ status: 404, code: 'session.not_found' });
    expect(await sessionStoreIn(database()).isLive(ben)).toBe(true);
    expect(queued()).toEqual([]);
  });

  it('[I8] ends all but the one that asks', async () => {
    const [anna, ben] = [await somebody(), await somebody()];
    const others = [await anotherSession(database(), anna), await anotherSession(database(), anna)];
    expect((await call('DELETE /auth/sessions', { token: anna.token })).status).toBe(204);
    const [event] = queued();
    if (event?.name !== 'sessions.ended') throw new Error('nothing was said about it');
    expect([...event.session_ids].sort()).toEqual(others.map(({ sessionId }) => sessionId).sort());
    expect(await sessionStoreIn(database()).list(anna.userId)).toHaveLength(1);
    expect(await sessionStoreIn(database()).isLive(anna)).toBe(true);
    expect(await sessionStoreIn(database()).isLive(ben)).toBe(true);
  });
});

describe('POST /auth/ws-ticket', () => {
  it('[C1] gives a ticket for a socket', async () => {
    const { token } = await somebody();
    const answer = await call('POST /auth/ws-ticket', { token });
    const url = 'wss://socket.example.org/live';
    expect(ticketResponse.parse(answer.body)).toMatchObject({ url, expires_in: 30 });
  });

  it('[A3] gives no more than one’s share, and says when the next one is there', async () => {
    const { token } = await somebody();
    let answer = await call('POST /auth/ws-ticket', { token });
    for (let calls = 0; answer.status === 200 && calls < 300; calls += 1) {
      answer = await call('POST /auth/ws-ticket', { token });
    }
    expect(problem.parse(answer.body)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(answer.headers['retry-after']).toBe('1');
  });
});
