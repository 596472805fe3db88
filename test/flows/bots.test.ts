import { describe, expect, it } from 'vitest';
import type { BotView } from '../../events/bot-contracts.ts';
import type { ConversationView, PersonView } from '../../events/server-frames.ts';
import { type Bot, botWith, newBot } from '../support/bots.ts';
import { bodyOf, handshakeStatus, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openDirect, openGroup, type Person, say, wholeHistory } from '../support/people.ts';
import { waitFor } from '../support/wait-for.ts';

async function groupWith(bot: Bot, owner: Person, ...others: Person[]): Promise<string> {
  const { convo_id } = await openGroup(owner, others);
  bodyOf(await owner.call('PUT', `/conversations/${convo_id}/members/${bot.userId}`, { body: {} }), 201);
  return convo_id;
}

const contents = async (person: Person, convoId: string) =>
  (await wholeHistory(person, convoId)).filter(({ system }) => !system).map(({ content }) => content);

describe('a bot', () => {
  it('[J1] is a member that says what it is, writes and reads', async () => {
    const [ada, ben] = await people();
    const bot = await newBot(ada);
    const convoId = await groupWith(bot, ada, ben);
    const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);

    expect((await bot.post(convoId, 'beep')).status).toBe(202);
    const heard = await benSocket.next('message.create', ({ content }) => content === 'beep');
    expect(heard.sender_id).toBe(bot.userId);
    await say(adaSocket, convoId, 'thank you');

    const history = bodyOf(
      await bot.call<{ messages: { content: string }[] }>('GET', `/conversations/${convoId}/messages`),
    );
    expect(history.messages.map(({ content }) => content).slice(-2)).toEqual(['beep', 'thank you']);
    const list = bodyOf(await bot.call<{ conversations: ConversationView[] }>('GET', '/conversations'));
    expect(list.conversations.map(({ convo_id }) => convo_id)).toEqual([convoId]);
    expect(bodyOf(await bot.call('GET', '/me'))).toMatchObject({ user_id: bot.userId, bot: true, email: '' });
    const shown = bodyOf(await ben.call<ConversationView>('GET', `/conversations/${convoId}`));
    expect(shown.members.filter((member) => member.bot).map(({ user_id }) => user_id)).toEqual([bot.userId]);
  });

  it('[J1] is found like people, as what it is', async () => {
    const [ada, ben] = await people();
    const bot = await newBot(ada, 'finder');
    const found = bodyOf(await ben.call<{ users: PersonView[] }>('GET', `/users?query=${bot.handle}`));
    expect(found.users).toEqual([
      { user_id: bot.userId, handle: bot.handle, display_name: 'finder', bot: true },
    ]);
    const own = bodyOf(await ada.call<{ bots: BotView[] }>('GET', '/bots'));
    expect(own.bots).toMatchObject([{ user_id: bot.userId, owner_id: ada.userId }]);
    expect(bodyOf(await ben.call('GET', '/bots'))).toEqual({ bots: [] });
  });

  it('[J1] gets no socket and no account: nothing but what is for bots', async () => {
    const [ada] = await people();
    const bot = await newBot(ada);
    for (const [method, path, body] of [
      ['POST', '/auth/ws-ticket'],
      ['GET', '/auth/sessions'],
      ['POST', '/auth/logout'],
      ['PATCH', '/me', { display_name: 'a person' }],
      ['DELETE', '/me'],
      ['POST', '/conversations', { type: 'group', title: 'mine', members: [] }],
      ['POST', '/bots', { handle: 'another-bot', display_name: 'another' }],
    ] as const) {
      const answer = await bot.call(method, path, { body });
      expect(problemOf(answer), `${method} ${path}`).toMatchObject({ status: 403, code: 'bot.not_allowed' });
    }
    const { url } = bodyOf(await ada.call<{ url: string }>('POST', '/auth/ws-ticket'));
    expect(await handshakeStatus(`${url}?ticket=${bot.token}`)).toBeOneOf([401, 403]);
  });

  it('[A2] sees nothing of where it is not, and nothing more once it has left or was removed', async () => {
    const [ada, ben] = await people();
    const bot = await newBot(ada);
    const foreign = await openGroup(ben, []);
    expect(problemOf(await bot.post(foreign.convo_id, 'let me in')).code).toBe('conversation.not_found');
    const left = await groupWith(bot, ada, ben);
    expect((await bot.call('POST', `/conversations/${left}/leave`)).status).toBeLessThan(300);
    const removed = await groupWith(bot, ada, ben);
    bodyOf(await ada.call('DELETE', `/conversations/${removed}/members/${bot.userId}`), 204);
    for (const convoId of [left, removed]) {
      expect(problemOf(await bot.post(convoId, 'still here')).code).toBe('conversation.not_found');
      expect(await contents(ada, convoId)).toEqual([]);
    }
  });

  it('[J1] loses its old token at once when it gets a new one, and all of it when it is deleted', async () => {
    const [ada, ben] = await people();
    const bot = await newBot(ada);
    const convoId = await groupWith(bot, ada, ben);
    const path = `/bots/${bot.userId}`;
    for (const refused of [ben.call('POST', `${path}/token`), ben.call('DELETE', path)])
      expect(problemOf(await refused).code).toBe('bot.not_found');

    const { token } = bodyOf(await ada.call<{ token: string }>('POST', `${path}/token`));
    const renewed = botWith(ada, { user_id: bot.userId, handle: bot.handle }, token);
    expect(problemOf(await bot.post(convoId, 'as before')).code).toBe('auth.unauthenticated');
    expect((await renewed.post(convoId, 'as from now')).status).toBe(202);
    await waitFor('its message', async () => (await contents(ben, convoId)).length === 1);

    bodyOf(await ada.call('DELETE', path), 204);
    expect(problemOf(await renewed.post(convoId, 'from the grave')).code).toBe('auth.unauthenticated');
    expect(bodyOf(await ada.call('GET', '/bots'))).toEqual({ bots: [] });
    await waitFor('its end', async () => (await ben.call('GET', `/users/${bot.userId}`)).status === 404);
    expect(await contents(ben, convoId)).toEqual(['as from now']);
  });

  it('[J1] goes with its owner', async () => {
    const [ada, ben] = await people();
    const bot = await newBot(ada);
    bodyOf(await ada.call('DELETE', '/me'), 204);
    await waitFor('the end of the bot', async () => (await bot.call('GET', '/me')).status === 401);
    await waitFor('its erasure', async () => (await ben.call('GET', `/users/${bot.userId}`)).status === 404);
  });

  it('mentions and is mentioned like people', async () => {
    const [ada, ben] = await people();
    const bot = await newBot(ada);
    const convoId = await groupWith(bot, ada, ben);
    const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);
    await bot.post(convoId, 'look at this', { mentions: [ben.userId] });
    const mentioned = await benSocket.next('message.create', ({ content }) => content === 'look at this');
    expect(mentioned.mentions).toEqual([ben.userId]);
    adaSocket.send({
      action: 'message.send',
      convo_id: convoId,
      client_msg_id: 'ask-the-bot',
      content: 'what?',
      mentions: [bot.userId],
    });
    const asked = await benSocket.next('message.create', ({ content }) => content === 'what?');
    expect(asked.mentions).toEqual([bot.userId]);
  });

  it('is silenced by a block like people', async () => {
    const [ada, ben] = await people();
    const bot = await newBot(ada);
    const { convo_id } = await openDirect(ben, { ...ada, userId: bot.userId });
    expect((await bot.post(convo_id, 'hello')).status).toBe(202);
    await waitFor('its message', async () => (await contents(ben, convo_id)).length === 1);
    bodyOf(await ben.call('PUT', `/me/blocks/${bot.userId}`), 204);
    await bot.post(convo_id, 'buy this');
    bodyOf(await ben.call('DELETE', `/me/blocks/${bot.userId}`), 204);
    await bot.post(convo_id, 'sorry');
    await waitFor('the later one', async () => (await contents(ben, convo_id)).includes('sorry'));
    expect(await contents(ben, convo_id)).toEqual(['hello', 'sorry']);
  });
});

describe('a message over HTTP', () => {
  async function group() {
    const [ada, ben] = await people();
    const bot = await newBot(ada);
    const convoId = await groupWith(bot, ada, ben);
    const post = (key: string | undefined, content: string, body: object = {}) =>
      bot.call<{ client_msg_id: string }>('POST', `/conversations/${convoId}/messages`, {
        body: { content, ...body },
        ...(key !== undefined && { headers: { 'idempotency-key': key } }),
      });
    /** What is there once everything that was posted before has been stored. */
    const settled = async () => {
      await bot.post(convoId, 'the end');
      await waitFor('the end', async () => (await contents(ben, convoId)).includes('the end'));
      return (await contents(ben, convoId)).filter((content) => content !== 'the end');
    };
    return { post, settled };
  }

  it('[J2] is one message however often it is sent with the same Idempotency-Key', async () => {
    const { post, settled } = await group();
    const answers = [
      await post('order-1', 'paid'),
      await post('order-1', 'paid'),
      await post('order-1', 'paid'),
    ];
    expect(answers.map((answer) => bodyOf(answer, 202).client_msg_id)).toEqual([
      'order-1',
      'order-1',
      'order-1',
    ]);
    expect(await settled()).toEqual(['paid']);
  });

  it('[J2] stays what it was when another text comes with its key; the answer cannot say so', async () => {
    const { post, settled } = await group();
    bodyOf(await post('order-2', 'paid'), 202);
    bodyOf(await post('order-2', 'not paid'), 202);
    bodyOf(await post('order-3', 'shipped'), 202);
    expect(await settled()).toEqual(['paid', 'shipped']);
  });

  it('[J2] is identified by its client_msg_id before the header, and by one of them at least', async () => {
    const { post, settled } = await group();
    expect(bodyOf(await post('key', 'one', { client_msg_id: 'id' }), 202).client_msg_id).toBe('id');
    bodyOf(await post('id', 'one'), 202);
    expect(problemOf(await post(undefined, 'two')).code).toBe('request.invalid');
    expect(problemOf(await post('no good\tkey', 'two')).code).toBe('request.invalid');
    expect(await settled()).toEqual(['one']);
  });
});
