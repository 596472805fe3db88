/**
 * Conversations and who is in them, as the server shows and pushes them. A part of events/server-frames.ts, and bodies of
 * the HTTP API.
 */
import * as z from 'zod/mini';
import { conversationId, seqNo, userId } from './client-frames.ts';

const isoTime = z.string();

/**
 * A line of the timeline that nobody wrote: `sender_id` is who did it, clients say it in their own words. More codes may
 * come; a client shows those that it does not know as nothing.
 */
export const systemMessage = z.object({
  code: z.enum([
    'conversation.renamed',
    'conversation.topic_changed',
    'conversation.avatar_changed',
    'conversation.archived',
    'conversation.unarchived',
    'conversation.history_changed',
    'conversation.posting_changed',
    'member.joined',
    'member.added',
    'member.left',
    'member.removed',
    'member.banned',
    'member.role_changed',
  ]),
  /** `user_id` of whom it is about, `title`, `topic`, `role`, `history`, `posting`: as the code needs. */
  params: z.record(z.string(), z.nullable(z.string())),
});

/** What people see of each other. `deleted`: the account was erased, and the names are stand-ins. */
export const personView = z.object({
  user_id: userId,
  handle: z.string(),
  display_name: z.string(),
  avatar: z.optional(z.string()),
  deleted: z.optional(z.literal(true)),
  /** A program, not a person. */
  bot: z.optional(z.literal(true)),
});

/** What somebody may do here. More may come: a client ignores those that it does not know. */
export const capability = z.enum([
  'message.send',
  'message.pin',
  'message.delete_any',
  'mention.all',
  /** Title, topic, avatar. */
  'conversation.edit',
  /** Archive it, who may write, what newcomers see. */
  'conversation.settings',
  'member.add',
  'member.remove',
  'member.ban',
  'role.change',
  'invite.create',
  'webhook.manage',
]);

export const role = z.enum(['owner', 'admin', 'member']);
/** What somebody who is in a conversation, or was, is to it. */
export const memberState = z.enum(['member', 'left', 'removed', 'banned']);
/** What newcomers see: everything, or what comes after them. */
export const historySetting = z.enum(['all', 'joined']);
export const postingSetting = z.enum(['everybody', 'admins']);

/** What is the same for all members of a conversation. */
const details = {
  title: z.nullable(z.string()),
  topic: z._default(z.nullable(z.string()), null),
  avatar: z._default(z.nullable(z.string()), null),
  archived_at: z._default(z.nullable(z.string()), null),
  history: z._default(historySetting, 'all'),
  posting: z._default(postingSetting, 'everybody'),
  member_count: z.int(),
  /** Rises with every change of these and of the membership: a client takes no older state over a newer one. */
  version: z._default(z.int(), 0),
};

/** As GET /conversations and GET /conversations/{id} show a conversation to one of its members. */
export const conversationView = z.object({
  convo_id: conversationId,
  type: z.enum(['direct', 'group', 'room']),
  ...details,
  created_at: isoTime,
  /** All members of a small conversation, the first ones of a large one. */
  members: z.array(personView),
  seq: seqNo,
  /** The number of the last change of any message in it. */
  rev: z._default(z.int(), 0),
  /** What the client may offer here; the server refuses everything else. */
  capabilities: z._default(z.array(capability), []),
  role: z._default(role, 'member'),
  /** Whoever is no member any more sees it as it was then: `seq` is the last message that they can read. */
  state: z._default(memberState, 'member'),
  /** Messages up to this number were before one's time and cannot be read. */
  from_seq: z._default(seqNo, 0),
  /** No notifications until then. */
  muted_until: z._default(z.nullable(isoTime), null),
  read_seq: seqNo,
  unread: z.int(),
  last_message: z.nullable(
    z.object({
      seq_no: seqNo,
      sender_id: userId,
      preview: z.string(),
      created_at: isoTime,
      system: z.optional(systemMessage),
    }),
  ),
});

export const conversationUpdate = z.object({
  type: z.literal('conversation.update'),
  conversation: conversationView,
});

/** To all members: what is the same for all of them, as it is now. */
export const conversationDetails = z.object({
  type: z.literal('conversation.details'),
  convo_id: conversationId,
  ...details,
});

/** To all members, the one whom it is about included: somebody came, went, or has another role. */
export const memberUpdate = z.object({
  type: z.literal('member.update'),
  convo_id: conversationId,
  user_id: userId,
  person: personView,
  role,
  state: memberState,
  member_count: z.int(),
  version: z.int(),
});

/** An invitation as the invited person sees it. Accepted, it is a membership, and nothing is left of it here. */
export const inviteView = z.object({
  convo_id: conversationId,
  type: z.enum(['group', 'room']),
  title: z.nullable(z.string()),
  topic: z.nullable(z.string()),
  member_count: z.int(),
  user_id: userId,
  role,
  invited_by: personView,
  created_at: isoTime,
  state: z.enum(['pending', 'accepted', 'declined', 'withdrawn']),
});
/** To the invited person's devices. */
export const inviteUpdate = z.object({ type: z.literal('invite.update'), invite: inviteView });

export type PersonView = z.infer<typeof personView>;
export type Capability = z.infer<typeof capability>;
export type ConversationView = z.infer<typeof conversationView>;
export type ConversationDetails = z.infer<typeof conversationDetails>;
export type MemberUpdate = z.infer<typeof memberUpdate>;
export type InviteView = z.infer<typeof inviteView>;
export type SystemMessage = z.infer<typeof systemMessage>;
export type Role = z.infer<typeof role>;
export type MemberState = z.infer<typeof memberState>;
