import { describe, expect, it } from 'vitest';
import { noticeKind } from '../../events/account-event.ts';
import { startMs } from '../../test/support/builders.ts';
import { codeIn } from '../../test/support/in-memory-mail.ts';
import {
  addressAttemptMail,
  addressAttemptText,
  codeMail,
  codeText,
  signUpAttemptMail,
} from './code-messages.ts';
import { composeMail } from './compose-mail.ts';
import type { MailMessage } from './mailer.ts';
import { noticeMail } from './notice-messages.ts';

const webUrl = 'https://chat.example.org/';
const purposes = ['verify', 'login', 'reset'] as const;
const notice = (kind: (typeof noticeKind.options)[number]) =>
  noticeMail({ notice: kind, occurred_at_ms: startMs }, webUrl);

const mails: Record<string, MailMessage> = {
  ...Object.fromEntries(purposes.map((purpose) => [`code to ${purpose}`, codeMail(purpose, '012345')])),
  'sign-up attempt': signUpAttemptMail(webUrl),
  'address attempt': addressAttemptMail(),
  ...Object.fromEntries(noticeKind.options.map((kind) => [kind, notice(kind)])),
};

describe('a mail', () => {
  it.each(Object.entries(mails))('of kind %s says what it said before', (_, mail) => {
    expect(`${mail.subject}\n\n${mail.text}`).toMatchSnapshot();
  });

  it('has the same in HTML', () => {
    expect(mails['code to login']?.html).toMatchSnapshot();
    expect(mails['sign-up attempt']?.html).toMatchSnapshot();
  });

  it.each(Object.entries(mails))(
    'of kind %s loads nothing, runs nothing and leads nowhere else',
    (_, { html }) => {
      expect(html).not.toMatch(/<(?:script|img|link|iframe|form|object|svg)|url\(|\bon\w+=|src=/i);
      const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, url]) => url);
      expect(links.every((url) => url === webUrl)).toBe(true);
    },
  );

  it('is another one for each notice, and says when', () => {
    const notices = noticeKind.options.map(notice);
    expect(new Set(notices.map(({ subject }) => subject)).size).toBe(noticeKind.options.length);
    for (const { text } of notices) expect(text).toContain('2026-03-01 at 12:00 UTC');
  });

  it('escapes everything that is put into it', () => {
    const nasty = `"><script>alert('x')</script>&amp;`;
    const { html, text } = composeMail(nasty, [nasty, { code: nasty }, { label: nasty, url: nasty }]);
    expect(html).not.toMatch(/<script|alert\('x'\)/);
    expect(html).not.toContain('&amp;amp;amp;');
    expect(html.match(/&lt;script&gt;/g)).toHaveLength(5);
    expect(html).toContain('href="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;"');
    expect(text).toContain(nasty);
  });
});

describe('the mail of a code', () => {
  it.each(purposes)('to %s has it on a line of its own, and not in the subject', (purpose) => {
    const { subject, text, html } = codeMail(purpose, '012345');
    expect(text.split('\n').filter((line) => line === '012345')).toHaveLength(1);
    expect(codeIn(text)).toBe('012345');
    expect(html).toContain('>012345<');
    expect(subject).not.toMatch(/\d/);
    expect(html.split('</title>')[0]).not.toContain('012345');
  });

  it.each(purposes)('to %s says how long it lasts, that nobody asks for it, and to ignore it', (purpose) => {
    const { text } = codeMail(purpose, '012345');
    for (const words of ['10 minutes', 'Nobody from Confab', 'gnore this mail'])
      expect(text).toContain(words);
  });

  it('tells an owner of an attempt without any code', () => {
    for (const { text } of [signUpAttemptMail(webUrl), addressAttemptMail()]) expect(text).not.toMatch(/\d/);
  });
});

/** GSM 03.38 basic characters, as far as ASCII goes: others would halve what fits into an SMS. */
const gsm = /^[A-Za-z0-9@$ !"#%&'()*+,\-./:;<=>?\n]*$/;

describe('an SMS', () => {
  it('has the code, and binds it to the host of the web client', () => {
    expect(codeText('012345', 'https://chat.example.org/app')).toBe(
      'Confab code: 012345. It lasts 10 minutes. Nobody from Confab asks for it.\n\n@chat.example.org #012345',
    );
  });

  it('is bound to no host where that would not be a safe one', () => {
    const text = 'Confab code: 012345. It lasts 10 minutes. Nobody from Confab asks for it.';
    expect(codeText('012345', 'http://127.0.0.1:8080')).toBe(text);
  });

  it.each([1, 20, 70, 71, 72, 73, 74, 75, 76, 77, 90, 240])(
    'fits into one, with a host of %d letters',
    (length) => {
      const host = `${'a.'.repeat(length)}example.org`.slice(-length - 4);
      const text = codeText('012345', `https://${host}`);
      expect(text.length).toBeLessThanOrEqual(160);
      expect(text).toMatch(gsm);
      expect(text.startsWith('Confab code: 012345.')).toBe(true);
      expect(text.endsWith(' #012345')).toBe(text.includes(`@${host}`));
    },
  );

  it('to an owner of a number fits into one, too', () => {
    expect(addressAttemptText().length).toBeLessThanOrEqual(160);
    expect(addressAttemptText()).toMatch(gsm);
  });
});
