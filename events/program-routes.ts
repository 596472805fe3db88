/** The routes for bots, webhooks, notices and administrators: a part of the table of events/http-api.ts. */
import * as admin from './admin-contracts.ts';
import * as bots from './bot-contracts.ts';
import type { HttpContract } from './http-api.ts';

export const programRoutes = {
  'GET /notices': { summary: 'What you should know', answers: { 200: admin.noticesResponse } },
  'POST /notices/{id}/dismiss': {
    summary: 'Do not show it any more, on any device',
    answers: { 204: null },
    errors: ['notice.not_found'],
  },
  'POST /admin/notices': {
    summary: 'Tell somebody, a conversation or everybody something',
    body: admin.publishNoticeRequest,
    answers: { 202: admin.publishNoticeResponse },
    errors: ['request.not_found', 'user.not_found', 'conversation.not_found'],
  },
  'DELETE /admin/notices/{id}': {
    summary: 'Take a notice back',
    answers: { 204: null },
    errors: ['request.not_found', 'notice.not_found'],
  },
  'GET /admin/reports': {
    summary: 'The queue of reports',
    query: admin.reportsQuery,
    answers: { 200: admin.reportsResponse },
    errors: ['request.not_found'],
  },
  'PATCH /admin/reports/{id}': {
    summary: 'Settle a report, or open it again',
    body: admin.updateReportRequest,
    answers: { 200: admin.reportView },
    errors: ['request.not_found', 'report.not_found'],
  },

  'POST /bots': {
    summary: 'Make a bot of yours',
    body: bots.createBotRequest,
    answers: { 201: bots.newBotResponse },
    errors: ['auth.handle_taken', 'bot.limit_reached'],
  },
  'GET /bots': { summary: 'Your bots', answers: { 200: bots.botsResponse } },
  'POST /bots/{id}/token': {
    summary: 'Give a bot a new token; the old one ends',
    answers: { 200: bots.botTokenResponse },
    errors: ['bot.not_found'],
  },
  'DELETE /bots/{id}': {
    summary: 'Erase a bot; its messages stay without an author',
    answers: { 204: null },
    errors: ['bot.not_found'],
  },
  'POST /conversations/{id}/webhooks': {
    summary: 'Deliver what happens here to an address',
    body: bots.createWebhookRequest,
    answers: { 201: bots.newWebhookResponse },
    errors: [
      'conversation.not_found',
      'conversation.forbidden',
      'webhook.url_invalid',
      'webhook.limit_reached',
    ],
  },
  'GET /conversations/{id}/webhooks': {
    summary: 'Its webhooks',
    answers: { 200: bots.webhooksResponse },
    errors: ['conversation.not_found', 'conversation.forbidden'],
  },
  'DELETE /conversations/{id}/webhooks/{webhook_id}': {
    summary: 'End a webhook',
    answers: { 204: null },
    errors: ['conversation.not_found', 'conversation.forbidden'],
  },
  'POST /conversations/{id}/webhooks/{webhook_id}/enable': {
    summary: 'Deliver again after failures had stopped it',
    answers: { 200: bots.webhookView },
    errors: ['conversation.not_found', 'conversation.forbidden', 'webhook.not_found'],
  },
  'POST /conversations/{id}/webhooks/{webhook_id}/secret': {
    summary: 'Sign with a new secret from now on',
    answers: { 200: bots.webhookSecretResponse },
    errors: ['conversation.not_found', 'conversation.forbidden', 'webhook.not_found'],
  },
  'GET /conversations/{id}/webhooks/{webhook_id}/attempts': {
    summary: 'What became of its last deliveries',
    answers: { 200: bots.webhookAttemptsResponse },
    errors: ['conversation.not_found', 'conversation.forbidden', 'webhook.not_found'],
  },
  'POST /conversations/{id}/webhooks/{webhook_id}/replay': {
    summary: 'Deliver messages again',
    body: bots.replayWebhookRequest,
    answers: { 202: bots.replayWebhookResponse },
    errors: ['conversation.not_found', 'conversation.forbidden', 'webhook.not_found'],
  },
} as const satisfies Record<string, HttpContract>;
