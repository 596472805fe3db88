/** The same words as plain text and as HTML. */
export interface MailMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Mailer {
  /**
   * `undeliverable`: there can be no such mailbox, so that no retry helps. Throws when the mail may get through later or
   * when the sender is not set up; the error never says whom the mail was for.
   */
  send(to: string, message: MailMessage): Promise<'sent' | 'undeliverable'>;
}
