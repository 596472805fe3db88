/** The routes for programs that take part: bots and webhooks, one function each. All throw as HttpClient says. */
import type * as z from 'zod/mini';
import type {
  BotView,
  createBotRequest,
  createWebhookRequest,
  newBotResponse,
  newWebhookResponse,
  replayWebhookRequest,
  replayWebhookResponse,
  WebhookView,
  webhookAttemptsResponse,
} from '../../events/bot-contracts.ts';
import * as contracts from '../../events/bot-contracts.ts';
import { createCaller, pathOf } from './caller.ts';
import type { HttpClient } from './http-client.ts';

export type ProgramApi = ReturnType<typeof createProgramApi>;

/** Token and secret are shown this once. */
export type NewBot = z.infer<typeof newBotResponse>;
export type NewWebhook = z.infer<typeof newWebhookResponse>;
export type WebhookAttempt = z.infer<typeof webhookAttemptsResponse>['attempts'][number];

export function createProgramApi(http: HttpClient) {
  const { ask, call } = createCaller(http);
  const hooks = (convoId: string, ...parts: string[]) =>
    pathOf('conversations', convoId, 'webhooks', ...parts);

  return {
    createBot: (bot: z.infer<typeof createBotRequest>): Promise<NewBot> =>
      ask('POST', '/bots', contracts.newBotResponse, { body: bot }),
    async bots(): Promise<BotView[]> {
      return (await ask('GET', '/bots', contracts.botsResponse)).bots;
    },
    /** The old token ends. */
    async newBotToken(botId: string): Promise<string> {
      return (await ask('POST', pathOf('bots', botId, 'token'), contracts.botTokenResponse)).token;
    },
    deleteBot: (botId: string): Promise<void> => call('DELETE', pathOf('bots', botId)),

    createWebhook: (convoId: string, hook: z.input<typeof createWebhookRequest>): Promise<NewWebhook> =>
      ask('POST', hooks(convoId), contracts.newWebhookResponse, { body: hook }),
    async webhooks(convoId: string): Promise<WebhookView[]> {
      return (await ask('GET', hooks(convoId), contracts.webhooksResponse)).webhooks;
    },
    deleteWebhook: (convoId: string, webhookId: string): Promise<void> =>
      call('DELETE', hooks(convoId, webhookId)),
    /** Delivers again after failures had stopped it. */
    enableWebhook: (convoId: string, webhookId: string): Promise<WebhookView> =>
      ask('POST', hooks(convoId, webhookId, 'enable'), contracts.webhookView),
    async newWebhookSecret(convoId: string, webhookId: string): Promise<string> {
      const path = hooks(convoId, webhookId, 'secret');
      return (await ask('POST', path, contracts.webhookSecretResponse)).secret;
    },
    /** The last deliveries, the latest first. */
    async webhookAttempts(convoId: string, webhookId: string): Promise<WebhookAttempt[]> {
      const path = hooks(convoId, webhookId, 'attempts');
      return (await ask('GET', path, contracts.webhookAttemptsResponse)).attempts;
    },
    replayWebhook: (
      convoId: string,
      webhookId: string,
      span: z.infer<typeof replayWebhookRequest>,
    ): Promise<z.infer<typeof replayWebhookResponse>> =>
      ask('POST', hooks(convoId, webhookId, 'replay'), contracts.replayWebhookResponse, { body: span }),
  };
}
