/** Why there was no answer. */
export type SendError =
  /** It is not an address that anything may be sent to (any more). */
  'address_refused' | 'name_unknown' | 'connection_failed' | 'tls_failed' | 'timeout';

export type Sent = { readonly status: number } | { readonly error: SendError };

export interface WebhookRequest {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Never throws for anything that the other side does; no longer than its timeout, whatever that is. */
export interface WebhookSender {
  post(request: WebhookRequest): Promise<Sent>;
}
