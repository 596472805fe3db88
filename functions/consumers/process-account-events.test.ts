import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AccountEvent } from '../../events/account-event.ts';
import { dynamoAccountStore } from '../../shared/auth/dynamo-account-store.ts';
import { dynamoSessionStore } from '../../shared/auth/dynamo-session-store.ts';
import { newSession } from '../../shared/auth/session.ts';
import { systemClock } from '../../shared/clock.ts';
import { checkCode } from '../../shared/codes/check-code.ts';
import { addressHash } from '../../shared/codes/code.ts';
import { dynamoCodeStore } from '../../shared/codes/dynamo-code-store.ts';
import { dynamoConnectionStore } from '../../shared/connections/dynamo-connection-store.ts';
import { randomIds, sha256 } from '../../shared/ids.ts';
import { dynamoUserStore } from '../../shared/users/dynamo-user-store.ts';
import { aProfile, instantBackoff } from '../../test/support/builders.ts';
import { capturedLogs } from '../../test/support/captured-logs.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { aContext, aQueueRecord, pushedFrames, stubEnvironment } from '../../test/support/in-memory-aws.ts';
import { codeIn } from '../../test/support/in-memory-mail.ts';

const database = testDatabase();
const ses = mockClient(SESv2Client);
const sns = mockClient(SNSClient);
const sqs = mockClient(SQSClient);
const gateway = mockClient(ApiGatewayManagementApiClient);
let handler: (event: unknown, context: unknown) => Promise<SQSBatchResponse>;
const logs = capturedLogs();

const environment = {
  LOG_LEVEL: 'INFO',
  MAIL_FROM: 'Confab <confab@example.org>',
  WEB_URL: 'https://chat.example.org',
  ACCOUNT_EVENTS_QUEUE_URL: 'https://sqs.example/account-events',
};

async function load(more: Partial<typeof environment> = {}) {
  stubEnvironment(database(), { ...environment, ...more });
  vi.resetModules();
  handler = (await import('./process-account-events.ts')).handler as unknown as typeof handler;
}

beforeAll(() => load());

beforeEach(() => {
  for (const client of [ses, sns, sqs, gateway]) client.reset();
  ses.on(SendEmailCommand).resolves({ MessageId: 'm' });
  sns.on(PublishCommand).resolves({ MessageId: 'm' });
  sqs.on(SendMessageCommand).resolves({ MessageId: 'm' });
  gateway.on(PostToConnectionCommand).resolves({});
  gateway.on(DeleteConnectionCommand).resolves({});
});

/** Somebody with an account, an address of their own and a connection. */
async function somebody() {
  const { client, tables } = database();
  const userId = randomIds.user();
  const profile = aProfile(`x${userId.toLowerCase()}`, { userId });
  const session = newSession(
    { userId, sessionId: randomIds.session() },
    randomIds.secret(),
    systemClock.now(),
  );
  await dynamoAccountStore(client, tables, instantBackoff()).create({
    profile,
    passwordHash: 'hash',
    session,
  });
  const connection = { userId, sessionId: session.sessionId, connectionId: `connection-of-${userId}` };
  await dynamoConnectionStore({ client, ...tables, clock: systemClock }).open(connection);
  return { ...connection, email: profile.email };
}

type Body<E> = E extends AccountEvent ? Omit<E, 'version' | 'occurred_at_ms'> : never;

/** The ids of the failed ones of a batch: `queue-1`, `queue-2`, … */
async function run(...bodies: (Body<AccountEvent> | string)[]) {
  const Records = bodies.map((body, index) => {
    const event = { ...(body as object), version: 1, occurred_at_ms: systemClock.now() };
    const text = typeof body === 'string' ? body : JSON.stringify(event);
    return aQueueRecord({ client_msg_id: String(index + 1) }, 1, text);
  });
  const response = await handler({ Records }, aContext());
  return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

function codeRequest(email: string): Body<AccountEvent> & { challenge_id: string } {
  return {
    name: 'code.requested',
    purpose: 'login',
    to: { channel: 'email', address: email },
    challenge_id: randomIds.secret(),
    user_id: null,
    sign_up: false,
  };
}

const mails = () =>
  ses.commandCalls(SendEmailCommand).map(({ args: [{ input }] }) => ({
    to: input.Destination?.ToAddresses?.[0] ?? '',
    from: input.FromEmailAddress,
    text: input.Content?.Simple?.Body?.Text?.Data ?? '',
  }));
/** The lines of the records, in the order of the batch. */
const records = () =>
  logs
    .lines()
    .filter(({ message }) => message === 'record')
    .toSorted((a, b) => String(a.queue_message_id).localeCompare(String(b.queue_message_id)));

describe('process-account-events', () => {
  it('mails a code that signs its reader in', async () => {
    const { client, tables } = database();
    const { userId, email } = await somebody();
    const request = codeRequest(email);
    expect(await run(request)).toEqual([]);
    expect(mails()).toMatchObject([{ to: email, from: '"Confab" <confab@example.org>' }]);
    const answer = {
      purpose: 'login',
      to: { channel: 'email', address: email },
      userId: null,
      challengeId: request.challenge_id,
      code: codeIn(mails()[0]?.text ?? ''),
    } as const;
    const codes = dynamoCodeStore({ client, authTable: tables.authTable });
    expect(await checkCode(answer, { codes, clock: systemClock })).toEqual({ userId });
  });

  it('sends a code for a number by SMS', async () => {
    const { userId } = await somebody();
    const to = { channel: 'sms', address: '+4915112345678' } as const;
    expect(
      await run({
        ...codeRequest(''),
        name: 'code.requested',
        purpose: 'verify',
        sign_up: false,
        to,
        user_id: userId,
      }),
    ).toEqual([]);
    const [sms] = sns.commandCalls(PublishCommand).map((call) => call.args[0].input);
    expect(sms).toMatchObject({
      PhoneNumber: to.address,
      Message: expect.stringContaining('@chat.example.org #'),
    });
  });

  it('mails a notice', async () => {
    const { userId, email } = await somebody();
    expect(await run({ name: 'account.notice', notice: 'password_changed', user_id: userId, email })).toEqual(
      [],
    );
    expect(mails()).toMatchObject([{ to: email, text: expect.stringContaining('password') }]);
  });

  it('ends sessions and closes their sockets', async () => {
    const { client, tables } = database();
    const { connectionId, ...identity } = await somebody();
    expect(
      await run({ name: 'sessions.ended', user_id: identity.userId, session_ids: [identity.sessionId] }),
    ).toEqual([]);
    expect(pushedFrames(gateway)).toEqual([[connectionId, { type: 'session.ended' }]]);
    expect(gateway.commandCalls(DeleteConnectionCommand)).toHaveLength(1);
    const sessions = dynamoSessionStore({ client, ...tables, clock: systemClock, backoff: instantBackoff() });
    expect(await sessions.isLive(identity)).toBe(false);
  });

  it('erases an account', async () => {
    const { client, tables } = database();
    const { userId } = await somebody();
    expect(await run({ name: 'account.erased', user_id: userId })).toEqual([]);
    const users = dynamoUserStore(client, tables.usersTable, instantBackoff());
    expect((await users.get(userId))?.deletedAt).toBeDefined();
    const further = sqs.commandCalls(SendMessageCommand).map((call) => call.args[0].input);
    expect(further).toMatchObject([
      { QueueUrl: environment.ACCOUNT_EVENTS_QUEUE_URL },
      { QueueUrl: 'https://sqs.example/presence-checks' },
    ]);
    expect(further[0]?.MessageBody).toContain('sessions.ended');
    expect(further[1]?.MessageBody).toContain(userId);
  });

  it('bears every event twice', async () => {
    const { userId, sessionId, email } = await somebody();
    const events: Body<AccountEvent>[] = [
      codeRequest(email),
      { name: 'sessions.ended', user_id: userId, session_ids: [sessionId] },
      { name: 'account.erased', user_id: userId },
    ];
    for (const event of [...events, ...events]) expect(await run(event)).toEqual([]);
    expect(mails()).toHaveLength(1);
  });

  it('lets nothing but the failed record come again', async () => {
    const [first, second] = [await somebody(), await somebody()];
    ses
      .on(SendEmailCommand, { Destination: { ToAddresses: [first.email] } })
      .rejects(Object.assign(new Error('slow down'), { name: 'TooManyRequestsException' }));
    expect(await run(codeRequest(first.email), codeRequest(second.email))).toEqual(['queue-1']);
    expect(
      mails()
        .map(({ to }) => to)
        .toSorted(),
    ).toEqual([first.email, second.email].toSorted());
  });

  it.each([
    ['an unknown name', '{"name":"account.renamed","version":1}'],
    ['an unknown version', '{"name":"account.erased","version":2,"occurred_at_ms":1,"user_id":"u"}'],
    ['no JSON', 'not JSON'],
  ])('parks %s, with a clear line', async (_, text) => {
    expect(await run(text)).toEqual(['queue-1']);
    expect(records()).toMatchObject([{ level: 'ERROR', outcome: 'malformed' }]);
  });

  it('fails mails, and nothing else, where no sender is set up', async () => {
    await load({ MAIL_FROM: '' });
    const { userId, sessionId, email } = await somebody();
    const ended: Body<AccountEvent> = { name: 'sessions.ended', user_id: userId, session_ids: [sessionId] };
    expect(await run(ended, codeRequest(email)).finally(() => load())).toEqual(['queue-2']);
    expect(logs.text()).toContain('MAIL_FROM is empty');
  });
});

describe('the log of process-account-events', () => {
  it('says of each event what it was and what became of it', async () => {
    const { email } = await somebody();
    const { userId } = await somebody();
    const request = codeRequest(email);
    await run(request, codeRequest('nobody@example.org'), { name: 'account.erased', user_id: userId });
    expect(records()).toMatchObject([
      {
        event: 'code.requested',
        purpose: 'login',
        outcome: 'code_sent',
        to: addressHash({ channel: 'email', address: email }).slice(0, 12),
        challenge: sha256(request.challenge_id).slice(0, 12),
      },
      { event: 'code.requested', outcome: 'nobody' },
      { event: 'account.erased', user_id: userId, outcome: 'erased' },
    ]);
  });

  it('ASVS 16.2.5: has no address, no challenge, no code and no text of a mail, whatever went wrong', async () => {
    const { email, userId } = await somebody();
    const phone = '+4915112345678';
    const requests = [codeRequest(email), codeRequest(email)];
    await run(requests[0] ?? '');
    const code = codeIn(mails()[0]?.text ?? '');
    const refusal = Object.assign(new Error(`${email} or ${phone} is not verified`), {
      name: 'MessageRejected',
    });
    ses.on(SendEmailCommand).rejects(refusal);
    sns.on(PublishCommand).rejects(refusal);
    const notice: Body<AccountEvent> = {
      name: 'account.notice',
      notice: 'address_added',
      user_id: userId,
      email,
    };
    const sms = {
      ...codeRequest(''),
      to: { channel: 'sms', address: phone },
      purpose: 'verify',
      user_id: userId,
    };
    const unknown = JSON.stringify({ ...notice, version: 1, notice: 'something else' });
    const failed = await run(
      requests[1] ?? '',
      notice,
      sms as Body<AccountEvent>,
      unknown,
      `${email} no JSON`,
    );
    expect(failed).toHaveLength(5);
    const text = logs.text();
    for (const hidden of [
      email,
      phone,
      code,
      'Enter this code',
      ...requests.map((one) => one.challenge_id),
    ]) {
      expect(text).not.toContain(hidden);
    }
    expect(text).toContain('SES did not take a mail: MessageRejected');
  });
});
