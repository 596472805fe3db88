/**
 * Every limit of the system, in one table; the unit is in the name.
 * A limit that a client can meet is quoted in docs/protocol.md.
 */
export const limits = {
  /** A frame larger than this is refused by API Gateway itself (close 1009). */
  frameMaxBytes: 32 * 1024,
  /** The largest payload of one PostToConnection call; larger batches are split. */
  pushMaxBytes: 128 * 1024,
  httpBodyMaxBytes: 64 * 1024,

  messageContentMaxChars: 8_000,
  clientMsgIdMaxChars: 64,
  conversationMembersMax: 1_000,
  conversationTitleMaxChars: 120,
  /** A larger `limit` is not an error, it gets this much. */
  historyPageMax: 200,
  historyPageDefault: 50,
  conversationsPageMax: 100,
  userSearchPageMax: 20,
  userSearchQueryMaxChars: 64,
  lastMessagePreviewChars: 80,
  /** How many members a conversation shows by name in lists. */
  shownMembersMax: 6,
  /** For so many recent senders the conversation itself remembers what they sent, and so have read. */
  recentSendersMax: 5,
  /** So many clients that number their messages are remembered per conversation. */
  clientStreamsMax: 5,
  /** So many receives a numbered message waits for the one before it, which it may have overtaken. */
  clientOrderReceivesMax: 5,
  /** Above this a read mark is pushed to the reader's own devices only. */
  readMarkAudienceMax: 50,

  syncCursorsMax: 500,
  syncMessagesPerConversationMax: 100,
  syncMessagesMax: 500,
  /** A conversation that the client does not know yet comes with its messages while it has at most so many. */
  syncNewConversationMax: 20,

  passwordMinChars: 8,
  passwordMaxChars: 128,
  handleMinChars: 2,
  handleMaxChars: 32,
  displayNameMaxChars: 64,
  emailMaxChars: 254,

  accessTokenTtlSeconds: 15 * 60,
  refreshTokenIdleSeconds: 14 * 24 * 3600,
  sessionMaxSeconds: 90 * 24 * 3600,
  /** A refresh whose response was lost, or that two tabs sent at once, gets the same successor this long. */
  refreshGraceSeconds: 30,
  sessionsPerUserMax: 20,
  ticketTtlSeconds: 30,
  /** API Gateway ends every connection after two hours; the lease outlives it a little. */
  connectionLeaseSeconds: 2 * 3600 + 300,
  /** A push may find a connection "gone" that is not open yet: $connect runs before API Gateway opens it. */
  connectionOpeningSeconds: 30,

  pushConcurrency: 50,
} as const;

/** A token bucket: `burst` tokens, one more every `refillMs`. */
export interface RateLimit {
  readonly burst: number;
  readonly refillMs: number;
}

/** What one person may do, per action, whichever of their sessions does it. */
export const userRateLimits = {
  'message.send': { burst: 200, refillMs: 50 },
  'message.read': { burst: 60, refillMs: 200 },
  sync: { burst: 20, refillMs: 1_000 },
  ping: { burst: 20, refillMs: 1_000 },
  'conversation.create': { burst: 60, refillMs: 2_000 },
  'user.search': { burst: 60, refillMs: 500 },
  'ws.ticket': { burst: 30, refillMs: 1_000 },
} as const satisfies Record<string, RateLimit>;

/** What one address or account may do before anybody is signed in. */
export const anonymousRateLimits = {
  'register.ip': { burst: 300, refillMs: 1_000 },
  'login.ip': { burst: 300, refillMs: 1_000 },
  'login.account': { burst: 20, refillMs: 10_000 },
} as const satisfies Record<string, RateLimit>;

export type UserAction = keyof typeof userRateLimits;
export type AnonymousAction = keyof typeof anonymousRateLimits;
