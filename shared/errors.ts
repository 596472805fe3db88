/**
 * Errors are data: one table says what each code means to HTTP, to a socket and to a retrying client.
 * `status` is the HTTP status; `retryable` tells a client that the same request may succeed later.
 */
export const errorTable = {
  'request.invalid': { status: 400, retryable: false, title: 'The request is not valid' },
  'request.body_not_json': { status: 400, retryable: false, title: 'The body is not valid JSON' },
  'request.too_large': { status: 413, retryable: false, title: 'The body is too large' },
  'request.not_found': { status: 404, retryable: false, title: 'Nothing is here' },
  'auth.unauthenticated': { status: 401, retryable: false, title: 'Sign in first' },
  'auth.token_expired': { status: 401, retryable: false, title: 'The access token has expired' },
  'auth.session_ended': { status: 401, retryable: false, title: 'The session has ended' },
  'auth.invalid_credentials': { status: 401, retryable: false, title: 'E-mail or password is wrong' },
  'auth.refresh_invalid': { status: 401, retryable: false, title: 'The refresh token is not valid' },
  'auth.code_invalid': { status: 401, retryable: false, title: 'The code is wrong or no longer valid' },
  'auth.reauthentication_required': {
    status: 403,
    retryable: false,
    title: 'Confirm first that it is you',
  },
  'auth.password_common': { status: 400, retryable: false, title: 'Too many people use this password' },
  'auth.second_factor_exists': { status: 409, retryable: false, title: 'A second factor is in use already' },
  'auth.second_factor_missing': { status: 409, retryable: false, title: 'There is no second factor' },
  'session.not_found': { status: 404, retryable: false, title: 'No such session' },
  'auth.handle_taken': { status: 409, retryable: false, title: 'This handle is taken' },
  'user.cannot_block': { status: 409, retryable: false, title: 'This person cannot be blocked' },
  'conversation.not_found': { status: 404, retryable: false, title: 'No such conversation' },
  'user.not_found': { status: 404, retryable: false, title: 'No such person' },
  'message.content_invalid': { status: 400, retryable: false, title: 'The text cannot be sent' },
  'message.id_reused': {
    status: 409,
    retryable: false,
    title: 'This client_msg_id was used for another text',
  },
  'message.undeliverable': { status: 500, retryable: true, title: 'The message could not be stored' },
  'message.not_found': { status: 404, retryable: false, title: 'No such message' },
  'message.forbidden': { status: 403, retryable: false, title: 'Not yours to change' },
  'message.reactions_full': { status: 409, retryable: false, title: 'The message has too many reactions' },
  'message.pins_full': { status: 409, retryable: false, title: 'Too many messages are pinned' },
  'message.mention_invalid': { status: 400, retryable: false, title: 'Somebody mentioned is not here' },
  'message.seq_out_of_range': { status: 400, retryable: false, title: 'No message has this number' },
  'message.thread_invalid': { status: 400, retryable: false, title: 'No thread can begin there' },
  'conversation.forbidden': { status: 403, retryable: false, title: 'Your role here does not allow it' },
  'conversation.archived': { status: 409, retryable: false, title: 'The conversation is archived' },
  'conversation.silenced': { status: 403, retryable: false, title: 'The two of you do not hear each other' },
  'conversation.full': {
    status: 409,
    retryable: false,
    title: 'The conversation has its full number of people',
  },
  'conversation.direct': {
    status: 409,
    retryable: false,
    title: 'A direct conversation cannot be changed so',
  },
  'conversation.last_owner': { status: 409, retryable: false, title: 'Somebody has to own it' },
  'conversation.banned': { status: 403, retryable: false, title: 'This person may not come in' },
  'ban.limit_reached': { status: 409, retryable: false, title: 'Too many people are banned' },
  'member.not_found': { status: 404, retryable: false, title: 'No such member' },
  'invite.not_found': { status: 404, retryable: false, title: 'No such invitation' },
  'invite.declined': { status: 409, retryable: false, title: 'They declined not long ago' },
  'invite.limit_reached': { status: 409, retryable: false, title: 'Too many invitations are open' },
  'report.not_found': { status: 404, retryable: false, title: 'No such report' },
  'notice.not_found': { status: 404, retryable: false, title: 'No such notice' },
  'bot.not_found': { status: 404, retryable: false, title: 'No such bot' },
  'bot.limit_reached': { status: 409, retryable: false, title: 'Too many bots' },
  'bot.not_allowed': { status: 403, retryable: false, title: 'Not for bots' },
  'webhook.not_found': { status: 404, retryable: false, title: 'No such webhook' },
  'webhook.limit_reached': { status: 409, retryable: false, title: 'Too many webhooks' },
  'webhook.url_invalid': { status: 400, retryable: false, title: 'Nothing can be delivered to this address' },
  'frame.not_json': { status: 400, retryable: false, title: 'The frame is not a JSON object' },
  'frame.unknown_action': { status: 400, retryable: false, title: 'No such action' },
  'frame.invalid': { status: 400, retryable: false, title: 'The frame is not valid' },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests' },
  internal: { status: 500, retryable: true, title: 'Something went wrong on our side' },
  unavailable: { status: 503, retryable: true, title: 'Try again in a moment' },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>;

export type ErrorCode = keyof typeof errorTable;

/** An error that a caller may see. Everything else that is thrown is a fault of ours and shows as `internal`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, detail?: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(detail ?? errorTable[code].title, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
