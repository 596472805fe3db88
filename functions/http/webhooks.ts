/** The webhooks of a conversation, for who may see to them. */
import { conversationId } from '../../events/client-frames.ts';
import { systemClock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { randomIds } from '../../shared/ids.ts';
import {
  createWebhook,
  enableWebhook,
  listWebhooks,
  type Manager,
  removeWebhook,
  renewWebhookSecret,
  webhookAttempts,
} from '../../shared/webhooks/manage-webhooks.ts';
import { replayWebhook } from '../../shared/webhooks/replay-webhook.ts';
import {
  attemptView,
  randomWebhookId,
  webhookIdPattern,
  webhookView,
} from '../../shared/webhooks/webhook.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler } from '../lib/http.ts';

const env = environment('http/webhooks');
const webhookDeps = {
  conversations: deps.conversations(env),
  messages: deps.messages(env),
  webhooks: deps.webhooks(env),
  queue: deps.webhookQueue(env),
  box: deps.factorBox(env),
  targets: env.WEBHOOK_TARGETS,
  newWebhookId: randomWebhookId,
  ids: randomIds,
  clock: systemClock,
  backoff: deps.backoff,
};

export const handler = httpHandler(
  {
    'POST /conversations/{id}/webhooks': {
      action: 'webhook.change',
      async run(request) {
        const { webhook, secret } = await createWebhook(managerIn(request), request.body, webhookDeps);
        return { status: 201, body: { webhook: webhookView(webhook), secret } };
      },
    },

    'GET /conversations/{id}/webhooks': {
      async run(request) {
        const webhooks = await listWebhooks(managerIn(request), webhookDeps);
        return { status: 200, body: { webhooks: webhooks.map(webhookView) } };
      },
    },

    'DELETE /conversations/{id}/webhooks/{webhook_id}': {
      action: 'webhook.change',
      async run(request) {
        await removeWebhook(managerIn(request), webhookIn(request), webhookDeps);
        return { status: 204 };
      },
    },

    'POST /conversations/{id}/webhooks/{webhook_id}/enable': {
      action: 'webhook.change',
      async run(request) {
        const webhook = await enableWebhook(managerIn(request), webhookIn(request), webhookDeps);
        return { status: 200, body: webhookView(webhook) };
      },
    },

    'POST /conversations/{id}/webhooks/{webhook_id}/secret': {
      action: 'webhook.change',
      async run(request) {
        const secret = await renewWebhookSecret(managerIn(request), webhookIn(request), webhookDeps);
        return { status: 200, body: { secret } };
      },
    },

    'GET /conversations/{id}/webhooks/{webhook_id}/attempts': {
      async run(request) {
        const attempts = await webhookAttempts(managerIn(request), webhookIn(request), webhookDeps);
        return { status: 200, body: { attempts: attempts.map(attemptView) } };
      },
    },

    'POST /conversations/{id}/webhooks/{webhook_id}/replay': {
      action: 'webhook.change',
      async run(request) {
        const { since_seq: sinceSeq, until_seq: untilSeq } = request.body;
        const replay = { webhookId: webhookIn(request), sinceSeq, untilSeq, replayId: request.requestId };
        const outcome = await replayWebhook(managerIn(request), replay, webhookDeps);
        return { status: 202, body: { messages: outcome.messages, until_seq: outcome.untilSeq } };
      },
    },
  },
  deps.authentication(env),
);

interface Named {
  readonly identity: { readonly userId: string };
  readonly path: Readonly<Record<string, string | undefined>>;
}

/** Text that cannot be a conversation's id answers as a missing conversation does. */
function managerIn({ identity, path }: Named): Manager {
  const convoId = conversationId.safeParse(path.id);
  if (!convoId.success) throw new AppError('conversation.not_found');
  return { userId: identity.userId, convoId: convoId.data };
}

/** Text that cannot be an id is the id of no webhook; it must not get into a key. */
function webhookIn({ path }: Named): string {
  return webhookIdPattern.test(path.webhook_id ?? '') ? String(path.webhook_id) : 'none';
}
