/** Sends SMS. */
export interface Texter {
  /** `to` in E.164. `undeliverable` and errors as of a Mailer. */
  send(to: string, text: string): Promise<'sent' | 'undeliverable'>;
}
