import { describe, expect, it, type TestContext } from 'vitest';
import type { WebhookView } from '../../events/bot-contracts.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openGroup, type Person, say } from '../support/people.ts';
import { waitFor } from '../support/wait-for.ts';
import { webhookReceiver } from '../support/webhook-receiver.ts';

interface Made {
  readonly webhook: WebhookView;
  readonly secret: string;
}

/** A group with a webhook that leads here. Skips where the system cannot reach the machine of the tests. */
async function told(context: TestContext, events?: string[]) {
  const [ada, ben] = await people();
  const { convo_id: convoId } = await openGroup(ada, [ben]);
  const receiver = await webhookReceiver();
  const path = `/conversations/${convoId}/webhooks`;
  const body = { url: receiver.url, ...(events && { events }) };
  const answer = await ada.call<Made>('POST', path, { body });
  if (answer.status === 400 && problemOf(answer).code === 'webhook.url_invalid')
    context.skip('this system delivers to the public internet only, and no receiver is there');
  const { webhook, secret } = bodyOf(answer, 201);
  const adaSocket = await connect(ada);
  const attempts = async () =>
    bodyOf(
      await ada.call<{ attempts: { status: number | null }[] }>(
        'GET',
        `${path}/${webhook.webhook_id}/attempts`,
      ),
    ).attempts;
  const untilTaken = (...contents: string[]) =>
    waitFor(contents.join(', '), () => contents.every((content) => receiver.taken().includes(content)));
  return { ada, ben, adaSocket, convoId, receiver, webhook, secret, path, attempts, untilTaken };
}

describe('a webhook', () => {
  it('[W1] is told of new messages and changes, signed, as members are', async (context) => {
    const { ben, adaSocket, convoId, receiver, webhook, secret, untilTaken } = await told(context);
    const benSocket = await connect(ben);
    const { seq_no } = await say(adaSocket, convoId, 'hello');
    await untilTaken('hello');
    adaSocket.send({
      action: 'message.edit',
      convo_id: convoId,
      client_msg_id: 'edit-1',
      seq_no,
      content: 'hello, all',
    });
    const update = await benSocket.next('message.update');
    const events = () => receiver.received.flatMap(({ delivery }) => delivery.events);
    await waitFor('the change', () => events().some(({ type }) => type === 'message.update'));

    expect(events()).toEqual([...benSocket.all('message.create'), update]);
    expect(receiver.signedWith(secret)).toBe(true);
    expect(receiver.signedWith(`${secret}x`)).toBe(false);
    for (const { headers, delivery } of receiver.received) {
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'user-agent': 'Confab-Webhooks/1',
        'confab-webhook-id': webhook.webhook_id,
        'confab-delivery-id': delivery.delivery_id,
      });
      expect(delivery).toMatchObject({ convo_id: convoId, attempt: 1 });
    }
  });

  it('[W1] is told of what happens in the conversation beside messages as lines of it', async (context) => {
    const { ada, convoId, receiver } = await told(context);
    bodyOf(await ada.call('PATCH', `/conversations/${convoId}`, { body: { title: 'another name' } }));
    const codes = () =>
      receiver.received
        .flatMap(({ delivery }) => delivery.events)
        .map((event) => event.type === 'message.create' && event.system?.code);
    await waitFor('the line', () => codes().includes('conversation.renamed'));
  });

  it('[W1] hears nothing of other conversations, of other kinds of events, or after its end', async (context) => {
    const { ada, ben, adaSocket, convoId, receiver, path, webhook, untilTaken } = await told(context, [
      'message.create',
    ]);
    const other = await openGroup(ada, [ben]);
    await say(adaSocket, other.convo_id, 'elsewhere');
    const { seq_no } = await say(adaSocket, convoId, 'here');
    adaSocket.send({
      action: 'reaction.add',
      convo_id: convoId,
      client_msg_id: 'react-1',
      seq_no,
      emoji: '👍',
    });
    await adaSocket.next('message.update');
    await say(adaSocket, convoId, 'and here');
    await untilTaken('here', 'and here');
    expect(receiver.taken()).toEqual(['here', 'and here']);
    const types = receiver.received.flatMap(({ delivery }) => delivery.events.map(({ type }) => type));
    expect(types).toEqual(['message.create', 'message.create']);

    bodyOf(await ada.call('DELETE', `${path}/${webhook.webhook_id}`), 204);
    bodyOf(await ada.call('DELETE', `${path}/${webhook.webhook_id}`), 204);
    const next = bodyOf(await ada.call<Made>('POST', path, { body: { url: receiver.url } }), 201);
    await say(adaSocket, convoId, 'to the next one');
    await untilTaken('to the next one');
    expect(receiver.received.at(-1)?.headers['confab-webhook-id']).toBe(next.webhook.webhook_id);
    expect(receiver.received).toHaveLength(3);
  });

  it('[W2] shows what became of its deliveries, and signs with a new secret once it has one', async (context) => {
    const { ada, adaSocket, convoId, receiver, path, webhook, secret, attempts, untilTaken } =
      await told(context);
    receiver.answer(302, { location: receiver.url });
    await say(adaSocket, convoId, 'lost for now');
    await waitFor('the failure', async () => (await attempts()).some(({ status }) => status === 302));
    expect(receiver.received).toHaveLength(1);
    receiver.answer(204);
    const renewed = bodyOf(
      await ada.call<{ secret: string }>('POST', `${path}/${webhook.webhook_id}/secret`),
    );
    expect(renewed.secret).not.toBe(secret);
    const before = receiver.received.length;
    await say(adaSocket, convoId, 'signed anew');
    await untilTaken('signed anew');
    await waitFor('the success', async () => (await attempts()).some(({ status }) => status === 204));
    expect(receiver.received.length).toBeGreaterThan(before);
    const { webhooks } = bodyOf(await ada.call<{ webhooks: WebhookView[] }>('GET', path));
    expect(webhooks).toMatchObject([{ webhook_id: webhook.webhook_id, state: 'enabled' }]);
    expect(JSON.stringify(webhooks)).not.toContain(renewed.secret);
  });

  it('[W4] delivers messages again when it is asked to, as new deliveries', async (context) => {
    const { ada, adaSocket, convoId, receiver, path, webhook, untilTaken } = await told(context);
    for (const content of ['one', 'two', 'three']) await say(adaSocket, convoId, content);
    await untilTaken('one', 'two', 'three');
    const first = receiver.received.map(({ delivery }) => delivery.delivery_id);
    const seqs = receiver.received.flatMap(({ delivery }) =>
      delivery.events.map((event) => (event.type === 'message.create' ? event.seq_no : 0)),
    );
    const last = Math.max(...seqs);
    const replay = { since_seq: last - 2 };
    const answer = await ada.call('POST', `${path}/${webhook.webhook_id}/replay`, { body: replay });
    expect(bodyOf(answer, 202)).toEqual({ messages: 2, until_seq: last });
    const again = () => receiver.received.filter(({ delivery }) => delivery.replay);
    await waitFor('the replay', () => again().length > 0);
    expect(again().flatMap(({ delivery }) => delivery.events)).toMatchObject([
      { type: 'message.create', content: 'two' },
      { type: 'message.create', content: 'three' },
    ]);
    for (const { delivery } of again()) expect(first).not.toContain(delivery.delivery_id);
  });

  it('[W1] is the business of owner and admins, and leads nowhere inside', async () => {
    const [ada, ben] = await people();
    const [stranger] = await people(1);
    const { convo_id } = await openGroup(ada, [ben]);
    const path = `/conversations/${convo_id}/webhooks`;
    const body = { url: 'https://hooks.example.org/' };
    const create = (person: Person) => person.call('POST', path, { body });
    expect(problemOf(await create(ben)).code).toBe('conversation.forbidden');
    expect(problemOf(await create(stranger)).code).toBe('conversation.not_found');
    for (const url of ['ftp://example.org/', 'https://me:secret@example.org/', 'nonsense']) {
      const answer = await ada.call('POST', path, { body: { url } });
      expect(problemOf(answer)).toMatchObject({ status: 400, code: 'webhook.url_invalid' });
    }
    expect(bodyOf(await ada.call('GET', path))).toEqual({ webhooks: [] });
  });
});
