/** The routes about who is in a conversation: a part of the table of events/http-api.ts. */
import type { HttpContract } from './http-api.ts';
import * as chat from './membership-contracts.ts';

export const membershipRoutes = {
  'PATCH /conversations/{id}': {
    summary: 'Change its title, topic, avatar or settings',
    body: chat.updateConversationRequest,
    answers: { 200: chat.conversationAnswer },
    errors: [
      'conversation.not_found',
      'conversation.forbidden',
      'conversation.direct',
      'conversation.archived',
    ],
  },
  'GET /conversations/{id}/members': {
    summary: 'Who is in it',
    query: chat.membersQuery,
    answers: { 200: chat.membersResponse },
    errors: ['conversation.not_found'],
  },
  'PUT /conversations/{id}/members/{user_id}': {
    summary: 'Add somebody, or give a member another role',
    body: chat.putMemberRequest,
    answers: { 200: chat.memberView, 201: chat.memberView },
    errors: [
      'conversation.not_found',
      'conversation.forbidden',
      'conversation.direct',
      'conversation.archived',
      'conversation.full',
      'conversation.banned',
      'conversation.last_owner',
      'user.not_found',
    ],
  },
  'DELETE /conversations/{id}/members/{user_id}': {
    summary: 'Remove somebody',
    answers: { 204: null },
    errors: [
      'conversation.not_found',
      'conversation.forbidden',
      'conversation.direct',
      'conversation.last_owner',
      'member.not_found',
    ],
  },
  'POST /conversations/{id}/join': {
    summary: 'Come into a public room',
    answers: { 200: chat.conversationAnswer },
    errors: ['conversation.not_found', 'conversation.full', 'conversation.banned'],
  },
  'POST /conversations/{id}/leave': {
    summary: 'Leave a conversation',
    answers: { 204: null },
    errors: ['conversation.not_found', 'conversation.direct', 'conversation.last_owner'],
  },
  'GET /conversations/{id}/bans': {
    summary: 'Who may not come in',
    answers: { 200: chat.bansResponse },
    errors: ['conversation.not_found', 'conversation.forbidden', 'conversation.direct'],
  },
  'PUT /conversations/{id}/bans/{user_id}': {
    summary: 'Remove somebody and keep them out',
    body: chat.banRequest,
    answers: { 204: null },
    errors: [
      'conversation.not_found',
      'conversation.forbidden',
      'conversation.direct',
      'user.not_found',
      'ban.limit_reached',
    ],
  },
  'DELETE /conversations/{id}/bans/{user_id}': {
    summary: 'Let somebody in again',
    answers: { 204: null },
    errors: ['conversation.not_found', 'conversation.forbidden', 'conversation.direct'],
  },
  'PUT /conversations/{id}/mute': {
    summary: 'No notifications from it for a while',
    body: chat.muteRequest,
    answers: { 200: chat.conversationAnswer },
    errors: ['conversation.not_found'],
  },
  'DELETE /conversations/{id}/mute': {
    summary: 'Notifications from it again',
    answers: { 200: chat.conversationAnswer },
    errors: ['conversation.not_found'],
  },
  'GET /rooms': {
    summary: 'The directory of public rooms',
    query: chat.roomsQuery,
    answers: { 200: chat.roomsResponse },
  },

  'POST /conversations/{id}/invites': {
    summary: 'Invite somebody, who may accept or decline',
    body: chat.inviteRequest,
    answers: { 200: chat.inviteResponse, 201: chat.inviteResponse },
    errors: [
      'conversation.not_found',
      'conversation.forbidden',
      'conversation.direct',
      'conversation.archived',
      'conversation.banned',
      'user.not_found',
      'invite.declined',
      'invite.limit_reached',
    ],
  },
  'GET /conversations/{id}/invites': {
    summary: 'Its open invitations',
    answers: { 200: chat.invitesResponse },
    errors: ['conversation.not_found', 'conversation.forbidden', 'conversation.direct'],
  },
  'DELETE /conversations/{id}/invites/{user_id}': {
    summary: 'Withdraw an invitation',
    answers: { 204: null },
    errors: ['conversation.not_found', 'conversation.forbidden', 'conversation.direct'],
  },
  'GET /me/invites': { summary: 'Your open invitations', answers: { 200: chat.invitesResponse } },
  'POST /me/invites/{convo_id}/accept': {
    summary: 'Accept an invitation',
    answers: { 200: chat.conversationAnswer },
    errors: ['invite.not_found', 'conversation.full', 'conversation.banned'],
  },
  'POST /me/invites/{convo_id}/decline': {
    summary: 'Decline an invitation; block and report whoever sent it',
    body: chat.declineInviteRequest,
    answers: { 204: null },
    errors: ['invite.not_found', 'user.cannot_block'],
  },
  'POST /conversations/{id}/invite-links': {
    summary: 'Make a link that lets its holders in',
    body: chat.inviteLinkRequest,
    answers: { 201: chat.newInviteLinkResponse },
    errors: [
      'conversation.not_found',
      'conversation.forbidden',
      'conversation.direct',
      'conversation.archived',
      'invite.limit_reached',
    ],
  },
  'GET /conversations/{id}/invite-links': {
    summary: 'Its links that still work',
    answers: { 200: chat.inviteLinksResponse },
    errors: ['conversation.not_found', 'conversation.forbidden', 'conversation.direct'],
  },
  'DELETE /conversations/{id}/invite-links/{link_id}': {
    summary: 'Make a link useless',
    answers: { 204: null },
    errors: ['conversation.not_found', 'conversation.forbidden', 'conversation.direct'],
  },
  'GET /invite-links/{token}': {
    summary: 'What a link leads to',
    answers: { 200: chat.inviteLinkPreview },
    errors: ['invite.not_found'],
  },
  'POST /invite-links/{token}/accept': {
    summary: 'Come in by a link',
    answers: { 200: chat.conversationAnswer },
    errors: ['invite.not_found', 'conversation.full', 'conversation.banned'],
  },

  'POST /reports': {
    summary: 'Report a message or a person to those who run this',
    body: chat.reportRequest,
    answers: { 202: chat.reportResponse },
    errors: ['conversation.not_found', 'message.not_found', 'user.not_found'],
  },
} as const satisfies Record<string, HttpContract>;
