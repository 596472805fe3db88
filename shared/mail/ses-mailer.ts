import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { mailbox } from './mailbox.ts';
import type { Mailer, MailMessage } from './mailer.ts';
import { sendFailure } from './send-failure.ts';

/**
 * `from` is `Name <address>` or an address, empty where no mail can be sent. Only BadRequestException is about whom
 * the mail is for; everything else (throttled, paused, sandbox, domain not verified) is about us: it is thrown, so that
 * the queue tries again and then raises its alarm. The SDK has made its own tries before.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
 */
export function sesMailer(client: SESv2Client, from: string): Mailer {
  return {
    async send(to, message) {
      const sender = senderOf(from);
      const recipient = mailbox(to);
      if (!recipient) return 'undeliverable';
      try {
        await client.send(new SendEmailCommand(emailOf(sender, recipient, message)));
        return 'sent';
      } catch (error) {
        const failure = sendFailure('SES did not take a mail', error);
        if (failure.reason === 'BadRequestException') return 'undeliverable';
        throw failure;
      }
    },
  };
}

function emailOf(sender: string, recipient: string, { subject, text, html }: MailMessage) {
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    FromEmailAddress: sender,
    Destination: { ToAddresses: [recipient] },
    Content: {
      Simple: {
        Subject: utf8(subject),
        Body: { Text: utf8(text), Html: utf8(html) },
        // RFC 3834: no "out of office" comes back.
        Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
      },
    },
  };
}

/**
 * The From line. Checked before each mail, or SES's answer to a bad sender would look like one about the recipient. The
 * address stays as it is written: the right to send names it letter for letter.
 */
function senderOf(from: string): string {
  if (from === '')
    throw new Error('MAIL_FROM is empty, so that no mail can be sent: say who mails come from');
  const [, name = '', inBrackets = from] = /^([^<>]*)<([^<>]*)>$/.exec(from.trim()) ?? [];
  const address = inBrackets.trim();
  if (!mailbox(address)) throw new Error(`MAIL_FROM is not "Name <address>": ${from}`);
  return name.trim() === '' ? address : `${encodedName(name.trim())} <${address}>`;
}

/** As a quoted string, or as a MIME encoded word (RFC 2047) where it is not ASCII. */
function encodedName(name: string): string {
  const isAscii = /^[\x20-\x7e]*$/.test(name);
  if (!isAscii) return `=?UTF-8?B?${Buffer.from(name).toString('base64')}?=`;
  return `"${name.replaceAll('"', '').replaceAll('\\', '')}"`;
}
