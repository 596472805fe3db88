/** Who is in a conversation, what it is called, rooms and invitations. Bodies of the HTTP API, snake_case. */
import * as z from 'zod/mini';
import { limits } from '../shared/limits.ts';
import { conversationId, userId } from './client-frames.ts';
import { pageSize, printable, wellFormed } from './fields.ts';
import { conversationTitle, conversationTopic } from './http-contracts.ts';
import {
  conversationView,
  historySetting,
  inviteView,
  personView,
  postingSetting,
  role,
} from './server-frames.ts';

const attachmentId = z
  .string()
  .check(z.maxLength(limits.avatarMaxChars), z.regex(/^[\w:.-]+$/, 'must be the id of an attachment'));

/** Null removes; what is left out stays. */
export const updateConversationRequest = z
  .object({
    title: z.optional(conversationTitle),
    topic: z.optional(z.nullable(conversationTopic)),
    avatar: z.optional(z.nullable(attachmentId)),
    history: z.optional(historySetting),
    posting: z.optional(postingSetting),
    archived: z.optional(z.boolean()),
  })
  .check(
    z.refine((changes) => Object.values(changes).some((value) => value !== undefined), 'changes nothing'),
  );
export const conversationAnswer = conversationView;

export const membersQuery = z.object({
  limit: z.optional(pageSize(limits.membersPageMax)),
  /** The last person of the page before. */
  cursor: z.optional(userId),
});
export const memberView = z.object({ person: personView, role });
export const membersResponse = z.object({
  members: z.array(memberView),
  next_cursor: z.nullable(z.string()),
});
/** Without a role a newcomer is a member, and whoever is in already stays what they are. */
export const putMemberRequest = z.object({ role: z.optional(role) });

/** An instant to come, ISO 8601 in UTC. */
const until = z.iso.datetime();
export const banRequest = z.object({
  /** Null or absent: for good. */
  until: z.optional(z.nullable(until)),
  reason: z.optional(z.string().check(z.trim(), z.maxLength(limits.banReasonMaxChars), printable)),
});
export const bansResponse = z.object({
  bans: z.array(
    z.object({
      person: personView,
      banned_by: userId,
      created_at: z.string(),
      until: z.nullable(z.string()),
      reason: z.nullable(z.string()),
    }),
  ),
});
/** Null: until it is taken back. */
export const muteRequest = z.object({ until: z.nullable(until) });

export const roomsQuery = z.object({
  /** The beginning of any word of a title; without it, all rooms in the order of their titles. */
  query: z.optional(z.string().check(z.trim(), z.maxLength(limits.roomQueryMaxChars), wellFormed)),
  limit: z.optional(pageSize(limits.roomsPageMax)),
  cursor: z.optional(z.string().check(z.maxLength(512))),
});
export const roomView = z.object({
  convo_id: conversationId,
  title: z.string(),
  topic: z.nullable(z.string()),
  avatar: z.nullable(z.string()),
  member_count: z.int(),
  created_at: z.string(),
  /** The caller is in it. */
  joined: z.boolean(),
});
export const roomsResponse = z.object({ rooms: z.array(roomView), next_cursor: z.nullable(z.string()) });

export const invitedRole = z.enum(['admin', 'member']);
export const inviteRequest = z.object({ user_id: userId, role: z._default(invitedRole, 'member') });
export const inviteResponse = inviteView;
export const invitesResponse = z.object({ invites: z.array(inviteView) });
export const reportCategory = z.enum(['spam', 'harassment', 'violence', 'sexual', 'illegal', 'other']);
const reportNote = z.string().check(z.trim(), z.maxLength(limits.reportNoteMaxChars), wellFormed);
export const declineInviteRequest = z.object({
  /** Block whoever invited. */
  block: z._default(z.boolean(), false),
  report: z.optional(z.object({ category: reportCategory, note: z.optional(reportNote) })),
});
export const inviteLinkRequest = z.object({
  role: z._default(invitedRole, 'member'),
  max_uses: z.optional(z.nullable(z.int().check(z.gte(1), z.lte(limits.inviteLinkUsesMax)))),
  expires_in_seconds: z._default(
    z.int().check(z.gte(60), z.lte(limits.inviteLinkMaxSeconds)),
    limits.inviteLinkDefaultSeconds,
  ),
});
export const inviteLinkView = z.object({
  link_id: z.string(),
  role: invitedRole,
  uses: z.int(),
  max_uses: z.nullable(z.int()),
  expires_at: z.string(),
  created_by: userId,
  created_at: z.string(),
});
/** The token is shown this once: only its hash is kept. */
export const newInviteLinkResponse = z.object({ link: inviteLinkView, token: z.string() });
export const inviteLinksResponse = z.object({ links: z.array(inviteLinkView) });
/** What whoever holds a link may know before they come in. */
export const inviteLinkPreview = z.object({
  type: z.enum(['group', 'room']),
  title: z.nullable(z.string()),
  topic: z.nullable(z.string()),
  member_count: z.int(),
  role: invitedRole,
  invited_by: personView,
  expires_at: z.string(),
});

export const reportRequest = z
  .object({
    /** A message, a person, or both. */
    convo_id: z.optional(conversationId),
    seq_no: z.optional(z.int().check(z.positive())),
    user_id: z.optional(userId),
    category: reportCategory,
    note: z.optional(reportNote),
  })
  .check(
    z.refine(
      ({ convo_id, seq_no, user_id }) =>
        user_id !== undefined || (convo_id !== undefined && seq_no !== undefined),
      'names neither a message nor a person',
    ),
    z.refine(({ convo_id, seq_no }) => (convo_id === undefined) === (seq_no === undefined), {
      error: 'needs convo_id and seq_no together',
      path: ['seq_no'],
    }),
  );
export const reportResponse = z.object({ report_id: z.string() });

export type UpdateConversationRequest = z.infer<typeof updateConversationRequest>;
export type PutMemberRequest = z.infer<typeof putMemberRequest>;
export type BanRequest = z.infer<typeof banRequest>;
export type RoomView = z.infer<typeof roomView>;
export type InviteRequest = z.infer<typeof inviteRequest>;
export type DeclineInviteRequest = z.infer<typeof declineInviteRequest>;
export type InviteLinkRequest = z.infer<typeof inviteLinkRequest>;
export type InviteLinkView = z.infer<typeof inviteLinkView>;
export type ReportRequest = z.infer<typeof reportRequest>;
export type ReportCategory = z.infer<typeof reportCategory>;
