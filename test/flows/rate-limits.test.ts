import { expect, it } from 'vitest';
import { userRateLimits } from '../../shared/limits.ts';
import { problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openDirect, say, send, wholeHistory } from '../support/people.ts';

it('[S6][P1] refuses a flood of messages, says when to come again, and loses nothing that it acknowledged', async () => {
  const { burst, refillMs } = userRateLimits['message.send'];
  const flood = burst + 100;
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const socket = await connect(ada);

  const startedAt = performance.now();
  const ids = Array.from({ length: flood }, (_, index) =>
    send(socket, { convo_id, content: `flood ${index}` }),
  );
  await socket.until('an outcome of each', () => {
    const told = [...socket.all('message.ack'), ...socket.all('error')].map((event) => event.client_msg_id);
    return new Set(told).size === flood;
  });
  const elapsedMs = performance.now() - startedAt;

  const acked = socket.all('message.ack').filter(({ status }) => status === 'persisted');
  const refused = socket.all('error');
  const grantable = burst + Math.ceil(elapsedMs / refillMs) + 1;
  expect(acked.length).toBeLessThanOrEqual(grantable);
  expect(refused.length).toBeGreaterThanOrEqual(flood - grantable);
  for (const error of refused) {
    expect(error).toMatchObject({ code: 'rate_limited', convo_id });
    expect(error.retry_after_ms).toBeGreaterThan(0);
  }
  const stored = new Set((await wholeHistory(ben, convo_id)).map(({ client_msg_id }) => client_msg_id));
  const ackedIds = acked.map(({ client_msg_id }) => client_msg_id);
  expect(stored).toEqual(new Set(ackedIds));
  expect(ids).toEqual(expect.arrayContaining(ackedIds));
});

it('lets the flooder go on after the time that it named', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openDirect(ada, ben);
  const socket = await connect(ada);
  const flood = userRateLimits.ping.burst * 3;

  for (let index = 0; index < flood; index += 1) socket.send({ action: 'ping' });
  await socket.until('an answer to each', () => socket.arrivals.length === flood);

  const [first] = socket.all('error');
  expect(first).toMatchObject({ code: 'rate_limited' });
  expect(first?.retry_after_ms).toBeGreaterThan(0);
  expect(first?.retry_after_ms).toBeLessThanOrEqual(userRateLimits.ping.refillMs);
  // Another action has another bucket.
  await say(socket, convo_id, 'still here');
});

it('does not let one person use up the allowance of another', async () => {
  const [ada, ben] = await people();
  const [flooding, calm] = await Promise.all([connect(ada), connect(ben)]);
  const flood = userRateLimits.ping.burst * 3;

  for (let index = 0; index < flood; index += 1) flooding.send({ action: 'ping' });
  await flooding.next('error');
  calm.send({ action: 'ping' });

  await calm.next('pong');
  expect(calm.all('error')).toEqual([]);
});

it('[A3] answers 429 with Retry-After over HTTP', async () => {
  const [ada] = await people(1);

  const answers = await Promise.all(Array.from({ length: 80 }, () => ada.call('POST', '/auth/ws-ticket')));

  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect(problemOf(answer)).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(
    userRateLimits['ws.ticket'].burst,
  );
});
