import { BadRequestException, SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { composeMail } from './compose-mail.ts';
import { SendFailure } from './send-failure.ts';
import { sesMailer } from './ses-mailer.ts';

const client = new SESv2Client({ region: 'eu-central-1' });
const ses = mockClient(client);
beforeEach(() => {
  ses.reset();
  ses.on(SendEmailCommand).resolves({ MessageId: 'm' });
});

const message = composeMail('Grüße', ['Hello']);
const mailer = sesMailer(client, 'Confab <no-reply@example.org>');
const sent = () => ses.commandCalls(SendEmailCommand).map((call) => call.args[0].input);

function refuse(name: string) {
  const words = 'Email address is not verified: anna@example.org';
  const error = Object.assign(new Error(words), { name, $metadata: { requestId: 'request-7' } });
  ses.on(SendEmailCommand).rejects(error);
}

describe('the SES mailer', () => {
  it('sends text and HTML from the sender to the one mailbox', async () => {
    expect(await mailer.send('Anna@Bücher.example', message)).toBe('sent');
    expect(sent()).toEqual([
      {
        FromEmailAddress: '"Confab" <no-reply@example.org>',
        Destination: { ToAddresses: ['anna@xn--bcher-kva.example'] },
        Content: {
          Simple: {
            Subject: { Data: 'Grüße', Charset: 'UTF-8' },
            Body: {
              Text: { Data: message.text, Charset: 'UTF-8' },
              Html: { Data: message.html, Charset: 'UTF-8' },
            },
            Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
          },
        },
      },
    ]);
  });

  it.each([
    ['no-reply@example.org', 'no-reply@example.org'],
    ['<no-reply@example.org>', 'no-reply@example.org'],
    [' The "Team" \\o <No-Reply@example.org>', '"The Team o" <No-Reply@example.org>'],
    ['Café <no-reply@example.org>', '=?UTF-8?B?Q2Fmw6k=?= <no-reply@example.org>'],
  ])('takes the sender %s', async (from, expected) => {
    await sesMailer(client, from).send('anna@example.org', message);
    expect(sent()[0]?.FromEmailAddress).toBe(expected);
  });

  it('says what is missing where no sender is set up', async () => {
    await expect(sesMailer(client, '').send('anna@example.org', message)).rejects.toThrow(
      'MAIL_FROM is empty',
    );
    const broken = sesMailer(client, 'Confab no-reply');
    await expect(broken.send('anna@example.org', message)).rejects.toThrow(
      'MAIL_FROM is not "Name <address>"',
    );
    expect(sent()).toEqual([]);
  });

  it('asks SES for nothing where there can be no mailbox', async () => {
    expect(await mailer.send('x<anna@example.org>', message)).toBe('undeliverable');
    expect(sent()).toEqual([]);
  });

  it('gives up on a recipient that SES cannot write to', async () => {
    ses.on(SendEmailCommand).rejects(new BadRequestException({ message: 'Domain is empty', $metadata: {} }));
    expect(await mailer.send('anna@example.org', message)).toBe('undeliverable');
  });

  it.each([
    'TooManyRequestsException',
    'LimitExceededException',
    'InternalServiceErrorException',
    'TimeoutError',
    'MessageRejected',
    'MailFromDomainNotVerifiedException',
    'AccountSuspendedException',
    'SendingPausedException',
    'AccessDeniedException',
  ])(
    'throws on %s, for the queue to try again and then to raise its alarm, and names nobody',
    async (name) => {
      refuse(name);
      const failure: unknown = await mailer
        .send('anna@example.org', message)
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(SendFailure);
      expect(String(failure)).toBe(`SendFailure: SES did not take a mail: ${name} (request request-7)`);
      expect((failure as Error).cause).toBeUndefined();
    },
  );
});
