import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetAccountCommand,
  SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
} from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOutbox, type Outbox } from './outbox.ts';
import { type SinkServer, startSesServer } from './ses-server.ts';

let folder: string;
let outbox: Outbox;
let server: SinkServer;
let client: SESv2Client;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ses-'));
  let made = 0;
  outbox = createOutbox({
    file: join(folder, 'messages.jsonl'),
    now: Date.now,
    newId: () => `id-${++made}`,
  });
  server = await startSesServer(outbox);
  client = new SESv2Client({
    region: 'us-east-1',
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await server.close();
  rmSync(folder, { recursive: true });
});

const aMail = (overrides: Partial<SendEmailCommandInput> = {}): SendEmailCommandInput => ({
  FromEmailAddress: 'Confab <no-reply@example.com>',
  Destination: { ToAddresses: ['ada@example.com'] },
  Content: {
    Simple: {
      Subject: { Data: 'Grüße', Charset: 'UTF-8' },
      Body: { Text: { Data: 'Your code is 123456.' }, Html: { Data: '<p>123456</p>' } },
    },
  },
  ...overrides,
});
const send = (overrides?: Partial<SendEmailCommandInput>) =>
  client.send(new SendEmailCommand(aMail(overrides)));
const simple = (content: object) =>
  ({ Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } }, ...content } }) as const;

it('keeps a mail that the SDK sends, and answers its MessageId', async () => {
  const { MessageId } = await send();
  expect(outbox.list({})).toEqual([
    {
      id: MessageId,
      channel: 'email',
      to: 'ada@example.com',
      from: 'Confab <no-reply@example.com>',
      subject: 'Grüße',
      text: 'Your code is 123456.',
      html: '<p>123456</p>',
      sent_at: expect.stringMatching(/^\d{4}-.*Z$/),
      code: '123456',
    },
  ]);
});

it('makes a message for each recipient, with the bare address', async () => {
  await send({
    Destination: {
      ToAddresses: ['Ada <ada@example.com>'],
      CcAddresses: ['bob@example.com'],
      BccAddresses: ['c+d@example.com'],
    },
  });
  expect(outbox.list({}).map(({ to }) => to)).toEqual([
    'ada@example.com',
    'bob@example.com',
    'c+d@example.com',
  ]);
});

it.each<[string, Partial<SendEmailCommandInput>]>([
  ['without a sender', { FromEmailAddress: undefined }],
  ['without recipients', { Destination: {} }],
  ['with no Destination', { Destination: undefined }],
  [
    'with 51 recipients',
    { Destination: { ToAddresses: Array.from({ length: 51 }, (_, n) => `u${n}@example.com`) } },
  ],
  ['to what is no address', { Destination: { ToAddresses: ['ada'] } }],
  ['to an address without a domain', { Destination: { ToAddresses: ['ada@'] } }],
  ['to an address without a name', { Destination: { ToAddresses: ['@example.com'] } }],
  ['to an address with white space', { Destination: { ToAddresses: ['a da@example.com'] } }],
  [
    'to an address that smuggles a header in',
    { Destination: { ToAddresses: ['a@example.com\r\nBcc: b@example.com'] } },
  ],
  ['to a domain that is none', { Destination: { ToAddresses: ['ada@exa_mple.com'] } }],
  [
    'with a subject that smuggles a header in',
    { Content: simple({ Subject: { Data: 'a\r\nBcc: b@example.com' } }) },
  ],
  ['with an empty body', { Content: simple({ Body: {} }) }],
  ['with raw content', { Content: { Raw: { Data: new TextEncoder().encode('From: a@b.c\r\n\r\nx') } } }],
  ['with a template', { Content: { Template: { TemplateName: 't' } } }],
])('refuses a mail %s with BadRequestException, and keeps nothing', async (_what, overrides) => {
  await expect(send(overrides)).rejects.toMatchObject({
    name: 'BadRequestException',
    message: expect.stringMatching(/\w/),
    $metadata: { httpStatusCode: 400 },
  });
  expect(outbox.list({})).toEqual([]);
});

it('names no address in what it refuses, because errors are logged', async () => {
  const refused = send({ Destination: { ToAddresses: ['secret.person'] } });
  await expect(refused).rejects.not.toThrow(/secret/);
});

it('says that it knows nothing but SendEmail', async () => {
  await expect(client.send(new GetAccountCommand({}))).rejects.toMatchObject({ name: 'NotFoundException' });
});

it('does not answer a web page, and refuses what is no JSON', async () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${server.endpoint}/v2/email/outbound-emails`, { method: 'POST', body, headers });
  const mail = JSON.stringify(aMail());
  expect((await post(mail, { origin: 'http://evil.example' })).status).toBe(400);
  expect((await post('{')).headers.get('x-amzn-errortype')).toBe('BadRequestException');
  expect(outbox.list({})).toEqual([]);
  expect((await post(mail)).status).toBe(200);
});
