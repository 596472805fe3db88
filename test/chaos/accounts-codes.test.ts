/** Codes when mail, SMS, the queue or Secrets Manager fail: nobody who signs up waits for them, and nothing is lost. */
import { expect, it } from 'vitest';
import type { ChallengeResponse, TokensResponse } from '../../events/account-contracts.ts';
import type { FaultAction, FaultRule } from '../../localstack/aws-tap/fault-rules.ts';
import {
  accountCloudOfThisFile,
  callsOf,
  eventQueueOf,
  eventsConsumer,
  outboxOf,
  proves,
  signUp,
} from '../support/account-cloud.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect } from '../support/cloud.ts';
import type { OwnCloud } from '../support/own-cloud.ts';
import { newPerson, signedIn, testPassword } from '../support/people.ts';

const theCloud = accountCloudOfThisFile();

const mails = { service: 'sesv2', operation: 'SendEmail', functionName: eventsConsumer } as const;
const throttled: FaultAction = { kind: 'error', status: 429, errorType: 'TooManyRequestsException' };
/** Not one that the SDK tries again. */
const suspended: FaultAction = { kind: 'error', status: 400, errorType: 'AccountSuspendedException' };

/** Each delivery of a request makes its code anew, and writes it. */
const deliveries = (cloud: OwnCloud) => callsOf(cloud, eventsConsumer, 'PutItem').length;
const killed = (cloud: OwnCloud): FaultAction => ({
  kind: 'kill-function-after',
  kill: (name) => cloud.lambda.killEnvironments(name),
});

it.each([
  { what: 'is throttled twice, within the tries of the SDK', action: throttled, times: 2, delivered: 1 },
  { what: 'is refused to a suspended account twice', action: suspended, times: 2, delivered: 3 },
  { what: 'is throttled for longer than the SDK tries', action: throttled, times: 4, delivered: 2 },
])('[I1][I4] sends a code once, which works once, though the mail $what', async (plan) => {
  const cloud = theCloud();
  const outbox = await outboxOf(cloud);
  cloud.tap.clear();
  const rule = cloud.tap.faults.add({ ...mails, times: plan.times, action: plan.action });

  // Answered all the same, and at once: 201 is asserted in there.
  const ada = await signUp(cloud.http);
  await eventQueueOf(cloud).untilDone();

  // The control: the fault bit, and the queue made up for what the SDK could not.
  expect(rule.hits).toBe(plan.times);
  expect(deliveries(cloud)).toBe(plan.delivered);
  const sent = await outbox.all(ada.email);
  expect(sent).toHaveLength(1);
  const code = await outbox.code(ada.email);
  expect(await proves(ada, ada.challengeId, code)).toBe(200);
  expect(await proves(ada, ada.challengeId, code)).toBe(401);
});

it('[I4] parks what SES never takes, where the alarm counts it; other events go on; a redrive sends it', async () => {
  const cloud = theCloud();
  const outbox = await outboxOf(cloud);
  const queue = eventQueueOf(cloud);
  const ben = await newPerson(cloud.http, 'ben');
  const socket = await connect(ben);
  await queue.untilDone();
  cloud.tap.clear();
  const rule = cloud.tap.faults.add({ ...mails, times: Infinity, action: suspended });

  const ada = await signUp(cloud.http);
  await cloud.untilFault('error');
  // Nobody waits behind a mail that fails.
  expect((await ben.call('POST', '/auth/logout')).status).toBe(204);
  await socket.next('session.ended');
  await socket.closed;
  await queue.untilDone();

  expect(rule.hits).toBe(queue.maxReceiveCount);
  expect(await outbox.all(ada.email)).toEqual([]);
  // ApproximateNumberOfMessagesVisible of this queue is the metric of its alarm: test/infra/messaging.test.ts.
  expect(queue.parkedVisible()).toBe(1);
  const [parked] = queue.parked().map((text): unknown => JSON.parse(text));
  expect(parked).toMatchObject({ name: 'code.requested', to: { address: ada.email } });
  expect(parked).not.toHaveProperty('code');

  rule.remove();
  queue.redrive();
  expect(await proves(ada, ada.challengeId, await outbox.code(ada.email))).toBe(200);
  expect(queue.parkedVisible()).toBe(0);
});

it('[I4] sends the same code twice when the answer of SES is lost', async () => {
  const cloud = theCloud();
  const outbox = await outboxOf(cloud);
  cloud.tap.faults.add({ ...mails, times: 1, action: { kind: 'timeout-after-success' } });
  const ada = await signUp(cloud.http);
  await eventQueueOf(cloud).untilDone();

  const codes = (await outbox.all(ada.email)).map(({ code }) => code);
  expect(codes).toHaveLength(2);
  expect(new Set(codes).size).toBe(1);
  expect(await proves(ada, ada.challengeId, codes[0] ?? '')).toBe(200);
});

it('[I4] sends a new code, which replaces the old one, when the process dies with its mail on the way', async () => {
  const cloud = theCloud();
  const outbox = await outboxOf(cloud);
  const queue = eventQueueOf(cloud);
  cloud.tap.clear();
  cloud.tap.faults.add({ ...mails, times: 1, action: killed(cloud) });
  const ada = await signUp(cloud.http);
  await cloud.untilFault('kill-function-after');
  await queue.untilDone();

  const [lost = '', kept = ''] = (await outbox.all(ada.email)).map(({ code }) => code);
  expect(deliveries(cloud)).toBe(2);
  // One in a million is drawn twice.
  if (lost !== kept) expect(await proves(ada, ada.challengeId, lost)).toBe(401);
  expect(await proves(ada, ada.challengeId, kept)).toBe(200);
});

it('[I4] delivers a code by SMS though SNS fails for a while', async () => {
  const cloud = theCloud();
  const outbox = await outboxOf(cloud);
  const ada = await newPerson(cloud.http, 'ada');
  const rule = cloud.tap.faults.add({
    service: 'sns',
    operation: 'Publish',
    functionName: eventsConsumer,
    times: 4,
    action: { kind: 'error', status: 400, errorType: 'ThrottledException' },
  });
  const phone = `+43${String(Math.floor(1e9 + Math.random() * 9e9))}`;
  const body = { phone, purpose: 'verify' };
  const asked = await ada.call<ChallengeResponse>('POST', '/auth/otp/request', { body });
  const { challenge_id } = bodyOf(asked, 202);
  await eventQueueOf(cloud).untilDone();

  expect(rule.hits).toBe(4);
  expect(await outbox.all(phone)).toHaveLength(1);
  const proof = { ...body, challenge_id, code: await outbox.code(phone) };
  expect((await ada.call('POST', '/auth/otp/verify', { body: proof })).status).toBe(200);
});

const refusedQueue = (functionName: string): FaultRule => ({
  service: 'sqs',
  operation: 'SendMessage',
  functionName,
  times: Infinity,
  action: { kind: 'error', status: 403, errorType: 'AccessDenied' },
});

it('[I1] signs up without the queue; the code can be asked for again', async () => {
  const cloud = theCloud();
  const outbox = await outboxOf(cloud);
  const rule = cloud.tap.faults.add(refusedQueue('http-auth'));
  const ada = await signUp(cloud.http);
  expect(rule.hits).toBe(1);
  rule.remove();

  const body = { email: ada.email, purpose: 'verify' };
  const asked = await ada.call<ChallengeResponse>('POST', '/auth/otp/request', { body });
  const { challenge_id } = bodyOf(asked, 202);
  expect(await proves(ada, challenge_id, await outbox.code(ada.email))).toBe(200);
  expect(await outbox.all(ada.email)).toHaveLength(1);
});

it('[I4] [ASVS 6.3.8] promises no code that the queue did not take, to nobody, known or unknown', async () => {
  const cloud = theCloud();
  const ada = await newPerson(cloud.http, 'ada');
  await eventQueueOf(cloud).untilDone();
  const rule = cloud.tap.faults.add(refusedQueue('http-account'));
  const answers = [];
  for (const email of [ada.email, `nobody-${crypto.randomUUID()}@example.test`]) {
    for (const [path, body] of [
      ['/auth/otp/request', { email, purpose: 'login' }],
      ['/auth/password/forgot', { email }],
    ] as const)
      answers.push(problemOf(await cloud.http.call('POST', path, { body })));
  }
  expect(rule.hits).toBe(4);
  expect(new Set(answers.map(({ code, status, detail }) => `${status} ${code} ${detail}`)).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 503, code: 'unavailable' });
});

it('writes nothing for a sign-up whose tokens could not be signed, and goes on when the secret is back', async () => {
  const cloud = theCloud();
  const ada = await newPerson(cloud.http, 'ada');
  // Environments that have read the secret keep it for a while.
  cloud.lambda.reload();
  const rule = cloud.tap.faults.add({
    service: 'secretsmanager',
    operation: 'GetSecretValue',
    functionName: 'http-auth',
    times: Infinity,
    action: { kind: 'error', status: 500, errorType: 'InternalServiceError' },
  });
  const handle = `late-${crypto.randomUUID().slice(0, 12)}`;
  const body = { email: `${handle}@example.test`, password: testPassword, handle, display_name: 'Late' };
  const refused = problemOf(await cloud.http.call('POST', '/auth/register', { body }));
  expect(refused.status).toBeGreaterThanOrEqual(500);
  expect(refused.detail).not.toMatch(/secret/i);
  // Who is signed in already needs no secret.
  expect((await ada.call('GET', '/me')).status).toBe(200);
  expect(rule.hits).toBeGreaterThan(0);
  rule.remove();

  const tokens = bodyOf(await cloud.http.call<TokensResponse>('POST', '/auth/register', { body }), 201);
  expect((await signedIn(cloud.http, tokens).call('GET', '/me')).status).toBe(200);
});
