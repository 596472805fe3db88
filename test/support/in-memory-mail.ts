/** Senders that remember. What they do not deliver is what the real ones would not. */

import { mailbox } from '../../shared/mail/mailbox.ts';
import type { Mailer, MailMessage } from '../../shared/mail/mailer.ts';
import type { Texter } from '../../shared/mail/texter.ts';

export interface RememberedMail extends MailMessage {
  readonly to: string;
}

export interface RememberedText {
  readonly to: string;
  readonly text: string;
}

interface Memory<M> {
  readonly sent: readonly M[];
  /** The newest to an address; throws when there is none. */
  last(to: string): M;
  /** The next one is not taken, with this error. */
  failOnce(error: Error): void;
}

export function rememberingMailer(): Mailer & Memory<RememberedMail> {
  const memory = rememberedMessages<RememberedMail>();
  return {
    ...memory,
    async send(to, message) {
      const box = mailbox(to);
      if (box === undefined) return 'undeliverable';
      memory.take({ to: box, ...message });
      return 'sent';
    },
    last: (to) => memory.last(mailbox(to) ?? to),
  };
}

export function rememberingTexter(): Texter & Memory<RememberedText> {
  const memory = rememberedMessages<RememberedText>();
  return {
    ...memory,
    async send(to, text) {
      memory.take({ to, text });
      return 'sent';
    },
  };
}

function rememberedMessages<M extends { readonly to: string }>() {
  const sent: M[] = [];
  const failures: Error[] = [];
  return {
    sent,
    last(to: string): M {
      const message = sent.findLast((one) => one.to === to);
      if (!message) throw new Error(`nothing was sent to ${to}`);
      return message;
    },
    failOnce: (error: Error) => void failures.push(error),
    take(message: M): void {
      const failure = failures.shift();
      if (failure) throw failure;
      sent.push(message);
    },
  };
}

/** The six digits of a message; throws when there are none. */
export function codeIn(text: string): string {
  const code = /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0];
  if (code === undefined) throw new Error(`no code in: ${text}`);
  return code;
}
