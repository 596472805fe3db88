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
  mentionsMax: 50,
  emojiMaxChars: 32,
  /** Different emojis on one message, and people under one message in all. */
  reactionKindsMax: 20,
  reactionsMax: 500,
  /** So many former texts of a message are kept; older ones are forgotten. */
  versionsMax: 10,
  pinsMax: 50,
  typingExpiresMs: 6_000,
  /** Where more of the others are connected, nobody sees who types; in conversations of more people nobody looks. */
  typingOnlineMax: 50,
  typingMembersMax: 100,
  /** In larger conversations receipts are not told. */
  receiptAudienceMax: 50,
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

  conversationTopicMaxChars: 250,
  membersPageMax: 100,
  roomsPageMax: 50,
  roomQueryMaxChars: 64,
  bansMax: 500,
  banReasonMaxChars: 200,
  /** Open invitations of one conversation, and links of it. */
  invitesPerConversationMax: 200,
  /** So many a person is shown. */
  invitesPerPersonShownMax: 100,
  /** Somebody who declined is not asked again by the same conversation for so long. */
  inviteDeclinedSeconds: 7 * 24 * 3600,
  inviteLinksMax: 20,
  inviteLinkUsesMax: 1_000,
  inviteLinkDefaultSeconds: 7 * 24 * 3600,
  inviteLinkMaxSeconds: 30 * 24 * 3600,

  /** So many of those who wrote in a thread are named by its root. */
  threadPeopleMax: 5,
  threadsPageMax: 50,
  /** So many threads of one conversation have a mark of their own per person; the oldest marks are forgotten. */
  threadMarksMax: 200,

  presenceSubscriptionsMax: 200,
  customStatusMaxChars: 100,
  /** Somebody whose last connection ended is offline only after so long: a reconnect does not flicker. */
  offlineDebounceSeconds: 20,
  /** A connection's pings are noted at most so often: each note is a write. */
  heartbeatSeconds: 120,
  /** A connection that was silent for so long is asked after by the sweep. */
  silentConnectionSeconds: 300,

  noticesPerPersonMax: 50,
  noticeDefaultSeconds: 7 * 24 * 3600,
  noticeMaxSeconds: 90 * 24 * 3600,
  noticeParamsMaxChars: 1_000,

  reportNoteMaxChars: 1_000,
  reportsPageMax: 50,

  botsPerOwnerMax: 20,
  webhooksPerConversationMax: 5,
  webhookUrlMaxChars: 500,
  webhookTimeoutMs: 5_000,
  /** One after the other, over all deliveries, and for so long: then it is disabled. A restart of the receiver is no reason. */
  webhookFailuresMax: 20,
  webhookFailingMinSeconds: 15 * 60,
  webhookReplayMax: 500,
  webhookAttemptsKept: 20,

  syncCursorsMax: 500,
  syncMessagesPerConversationMax: 100,
  syncMessagesMax: 500,
  syncChangesPerConversationMax: 100,
  syncChangesMax: 500,
  /** A conversation that the client does not know yet comes with its messages while it has at most so many. */
  syncNewConversationMax: 20,

  passwordMinChars: 8,
  passwordMaxChars: 128,
  handleMinChars: 2,
  handleMaxChars: 32,
  displayNameMaxChars: 64,
  emailMaxChars: 254,
  avatarMaxChars: 64,
  blocksMax: 1_000,
  /** Messages of anybody that are read for one page of an export. */
  exportPageMessagesMax: 1_000,
  /** A page ends after the read of a hundred messages that passes this: with those it stays below Lambda's 6 MB. */
  exportPageMaxBytes: 2 * 1024 * 1024,

  accessTokenTtlSeconds: 15 * 60,
  /** Ours have about 450; more is not decoded at all. */
  accessTokenMaxChars: 2_048,
  refreshTokenIdleSeconds: 14 * 24 * 3600,
  sessionMaxSeconds: 90 * 24 * 3600,
  /** A refresh whose response was lost, or that two tabs sent at once, gets the same successor this long. */
  refreshGraceSeconds: 30,
  sessionsPerUserMax: 20,
  /** What changes the keys to an account asks for a password, a code or a sign-in that is no older than this. */
  recentAuthenticationSeconds: 15 * 60,
  userAgentMaxChars: 256,

  codeDigits: 6,
  codeTtlSeconds: 10 * 60,
  codeTriesMax: 5,
  secondFactorTtlSeconds: 10 * 60,
  recoveryCodes: 10,
  ticketTtlSeconds: 30,
  /** API Gateway ends every connection after two hours. */
  connectionMaxSeconds: 2 * 3600,
  /** The lease outlives the connection a little. */
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
  'message.change': { burst: 100, refillMs: 100 },
  'message.delivered': { burst: 60, refillMs: 200 },
  typing: { burst: 10, refillMs: 1_500 },
  sync: { burst: 20, refillMs: 1_000 },
  ping: { burst: 20, refillMs: 1_000 },
  'conversation.create': { burst: 60, refillMs: 2_000 },
  /** Who is in a conversation, what it is called, who may come. */
  'conversation.change': { burst: 120, refillMs: 500 },
  'conversation.join': { burst: 30, refillMs: 2_000 },
  'invite.create': { burst: 60, refillMs: 5_000 },
  /** Guessing at links gets nobody far. */
  'invite.look': { burst: 30, refillMs: 2_000 },
  'room.search': { burst: 60, refillMs: 500 },
  'presence.subscribe': { burst: 60, refillMs: 500 },
  'presence.set': { burst: 20, refillMs: 3_000 },
  'report.create': { burst: 20, refillMs: 30_000 },
  'notice.dismiss': { burst: 60, refillMs: 500 },
  'bot.change': { burst: 20, refillMs: 10_000 },
  'webhook.change': { burst: 30, refillMs: 5_000 },
  'admin.change': { burst: 60, refillMs: 1_000 },
  'user.search': { burst: 60, refillMs: 500 },
  'ws.ticket': { burst: 30, refillMs: 1_000 },
  'user.view': { burst: 120, refillMs: 250 },
  'profile.update': { burst: 30, refillMs: 2_000 },
  'block.change': { burst: 60, refillMs: 1_000 },
  'session.change': { burst: 30, refillMs: 2_000 },
  /** Password, second factor, erasure: what a thief of a session would try. */
  'account.change': { burst: 20, refillMs: 30_000 },
  'account.export': { burst: 60, refillMs: 5_000 },
} as const satisfies Record<string, RateLimit>;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `count` at once, and `count` in each such time from then on. */
function per(count: number, timeMs: number): RateLimit {
  return { burst: count, refillMs: timeMs / count };
}

/**
 * What may be done from one IP or to one address or number before anybody is signed in, and by one person in one
 * conversation. Mails and above all SMS cost money and can be aimed at others: an hourly and a daily bucket each.
 */
export const subjectRateLimits = {
  'register.ip': { burst: 300, refillMs: 1_000 },
  'login.ip': { burst: 300, refillMs: 1_000 },
  'refresh.ip': { burst: 600, refillMs: 200 },
  /** A session that is over may be ended again, so that its own bucket cannot count this. */
  'logout.ip': { burst: 300, refillMs: 1_000 },
  'code.check.ip': { burst: 300, refillMs: 1_000 },
  'email.address.hour': per(5, hourMs),
  'email.address.day': per(20, dayMs),
  'email.ip.hour': per(60, hourMs),
  'email.ip.day': per(300, dayMs),
  'sms.address.hour': per(3, hourMs),
  'sms.address.day': per(6, dayMs),
  'sms.ip.hour': per(20, hourMs),
  'sms.ip.day': per(60, dayMs),
  /** All SMS of a deployment: a runaway bill ends here. */
  'sms.total.day': per(1_000, dayMs),
  /** A start every 3 seconds; the second at once is for one that the network held up. */
  'typing.conversation': { burst: 2, refillMs: 3_000 },
} as const satisfies Record<string, RateLimit>;

/** After `free` failures in a row each next one doubles a delay, from `firstMs` to at most `maxMs`. */
export interface FailureDelay {
  readonly free: number;
  readonly firstMs: number;
  readonly maxMs: number;
  /** Forgotten this long after the last failure. */
  readonly forgetMs: number;
}

const doubling = { firstMs: 1_000, maxMs: 15 * minuteMs, forgetMs: dayMs };

/** Guessing gets slower; nobody is ever locked out by somebody else's guesses for longer than `maxMs` a try. */
export const failureDelays = {
  /** One account from one IP. */
  'login.pair': { ...doubling, free: 5 },
  /** One account from anywhere. */
  'login.account': { ...doubling, free: 20 },
  /** One IP at any account; shorter memory, because many people can share one. */
  'login.ip': { ...doubling, free: 100, forgetMs: hourMs },
  'factor.account': { ...doubling, free: 5 },
} as const satisfies Record<string, FailureDelay>;

export type FailureKind = keyof typeof failureDelays;
export type UserAction = keyof typeof userRateLimits;
export type SubjectAction = keyof typeof subjectRateLimits;
