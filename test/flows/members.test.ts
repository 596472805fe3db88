import { expect, it } from 'vitest';
import type { ConversationView, ServerEvent } from '../../events/server-frames.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openDirect, openGroup, type Person, say, send, wholeHistory } from '../support/people.ts';

type Bans = { bans: { person: { user_id: string }; banned_by: string; until: string | null }[] };
type Members = { members: { person: { user_id: string }; role: string }[]; next_cursor: string | null };

const memberPath = (convoId: string, { userId }: Person) => `/conversations/${convoId}/members/${userId}`;
const banPath = (convoId: string, { userId }: Person) => `/conversations/${convoId}/bans/${userId}`;
const put = (by: Person, convoId: string, who: Person, body: object = {}) =>
  by.call('PUT', memberPath(convoId, who), { body });
const view = async (person: Person, convoId: string) =>
  bodyOf(await person.call<ConversationView>('GET', `/conversations/${convoId}`));
const codesOf = (events: readonly ServerEvent[]) =>
  events.flatMap((event) => (event.type === 'message.create' && event.system ? [event.system.code] : []));

it('[K1][K2][K7] adds somebody, who finds the conversation at once, and everybody sees it in the timeline', async () => {
  const [ada, ben, cleo] = await people(3);
  const { convo_id } = await openGroup(ada, [ben]);
  const [benSocket, cleoSocket] = await Promise.all([connect(ben), connect(cleo)]);

  expect((await put(ada, convo_id, cleo)).status).toBe(201);
  expect((await put(ada, convo_id, cleo)).status).toBe(200);

  const { conversation } = await cleoSocket.next('conversation.update');
  expect(conversation).toMatchObject({ convo_id, role: 'member', state: 'member', member_count: 3, seq: 1 });
  const line = await benSocket.next('message.create');
  expect(line).toMatchObject({
    seq_no: 1,
    sender_id: ada.userId,
    content: '',
    system: { code: 'member.added', params: { user_id: cleo.userId } },
  });
  expect(await benSocket.next('member.update')).toMatchObject({ user_id: cleo.userId, state: 'member' });
  await say(cleoSocket, convo_id, 'thank you');
  await benSocket.next('message.create', ({ content }) => content === 'thank you');
  expect((await wholeHistory(cleo, convo_id)).map(({ seq_no }) => seq_no)).toEqual([1, 2]);
});

it('[K6] takes effect on living sockets: whoever is removed hears it, and then nothing, and is not heard', async () => {
  const [ada, ben, cleo] = await people(3);
  const { convo_id } = await openGroup(ada, [ben, cleo]);
  const [adaSocket, benSocket, cleoSocket] = await Promise.all([connect(ada), connect(ben), connect(cleo)]);
  await say(adaSocket, convo_id, 'before');
  await cleoSocket.next('message.create');

  bodyOf(await ada.call('DELETE', memberPath(convo_id, cleo)), 204);

  expect(await cleoSocket.next('member.update')).toMatchObject({ user_id: cleo.userId, state: 'removed' });
  const last = await cleoSocket.next('conversation.update');
  expect(last.conversation).toMatchObject({
    convo_id,
    state: 'removed',
    seq: 2,
    members: [],
    member_count: 0,
    capabilities: [],
  });
  const heard = cleoSocket.all('message.create').length;

  await say(adaSocket, convo_id, 'not for Cleo');
  await benSocket.next('message.create', ({ content }) => content === 'not for Cleo');
  const id = send(cleoSocket, { convo_id, content: 'let me in' });
  const refused = await cleoSocket.until('the refusal', () =>
    [...cleoSocket.all('message.ack'), ...cleoSocket.all('error')].find((one) => one.client_msg_id === id),
  );
  expect(JSON.stringify(refused)).toContain('conversation.not_found');
  // Her refusal came after what the others were told, so that she would have heard it by now.
  expect(cleoSocket.all('message.create')).toHaveLength(heard);
  expect((await wholeHistory(ada, convo_id)).map(({ content }) => content)).toEqual([
    'before',
    '',
    'not for Cleo',
  ]);

  expect(await view(cleo, convo_id)).toMatchObject({ state: 'removed', seq: 2, members: [] });
  expect((await wholeHistory(cleo, convo_id)).map(({ seq_no }) => seq_no)).toEqual([1, 2]);
  expect(problemOf(await cleo.call('GET', `/conversations/${convo_id}/members`)).code).toBe(
    'conversation.not_found',
  );
});

it('[K4] lets people leave, once, but not the last owner while others are there', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openGroup(ada, [ben]);
  const leave = (person: Person) => person.call('POST', `/conversations/${convo_id}/leave`);

  expect(problemOf(await leave(ada)).code).toBe('conversation.last_owner');
  bodyOf(await put(ada, convo_id, ben, { role: 'owner' }), 200);
  expect([(await leave(ada)).status, (await leave(ada)).status]).toEqual([204, 204]);
  expect(await view(ben, convo_id)).toMatchObject({ role: 'owner', member_count: 1, seq: 2 });
  expect(
    codesOf((await wholeHistory(ben, convo_id)).map((one) => ({ type: 'message.create', ...one }))),
  ).toEqual(['member.role_changed', 'member.left']);
  expect(await view(ada, convo_id)).toMatchObject({ state: 'left', seq: 2 });
});

it('[K8] keeps a banned person out until the ban is lifted', async () => {
  const [ada, ben, cleo] = await people(3);
  const { convo_id } = await openGroup(ada, [ben, cleo]);
  const cleoSocket = await connect(cleo);

  bodyOf(await ada.call('PUT', banPath(convo_id, cleo), { body: { reason: 'noise' } }), 204);
  expect((await cleoSocket.next('conversation.update')).conversation.state).toBe('banned');
  const bans = async () => bodyOf(await ada.call<Bans>('GET', `/conversations/${convo_id}/bans`)).bans;
  expect(await bans()).toMatchObject([
    { person: { user_id: cleo.userId }, banned_by: ada.userId, until: null, reason: 'noise' },
  ]);
  expect(problemOf(await ben.call('GET', `/conversations/${convo_id}/bans`)).code).toBe(
    'conversation.forbidden',
  );

  bodyOf(await ada.call('DELETE', banPath(convo_id, cleo)), 204);
  expect(await bans()).toEqual([]);
  expect((await put(ada, convo_id, cleo)).status).toBe(201);
});

it('[K3][K9][K10][K12] gives the name, the topic and the settings that are asked for, to who may, and tells everybody', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openGroup(ada, [ben]);
  const benSocket = await connect(ben);
  const patch = (person: Person, body: object) =>
    person.call<ConversationView>('PATCH', `/conversations/${convo_id}`, { body });

  const changed = bodyOf(await patch(ada, { title: 'Sunday hike', topic: 'Where to?', posting: 'admins' }));
  expect(changed).toMatchObject({ title: 'Sunday hike', topic: 'Where to?', posting: 'admins', seq: 3 });
  const details = await benSocket.next('conversation.details', ({ posting }) => posting === 'admins');
  const { version } = changed;
  expect(details).toMatchObject({ title: 'Sunday hike', topic: 'Where to?', version });
  expect(details).not.toHaveProperty('capabilities');
  expect(await view(ben, convo_id)).toMatchObject({ topic: 'Where to?', capabilities: [] });
  expect(codesOf(benSocket.all('message.create'))).toEqual([
    'conversation.renamed',
    'conversation.topic_changed',
    'conversation.posting_changed',
  ]);
  const id = send(benSocket, { convo_id, content: 'may I?' });
  expect(await benSocket.next('message.ack', (ack) => ack.client_msg_id === id)).toMatchObject({
    status: 'rejected',
    error: { code: 'conversation.forbidden' },
  });
  expect(problemOf(await patch(ben, { title: 'Mine' })).code).toBe('conversation.forbidden');

  bodyOf(await patch(ada, { archived: true, posting: 'everybody' }));
  const late = send(benSocket, { convo_id, content: 'too late' });
  expect(await benSocket.next('message.ack', (ack) => ack.client_msg_id === late)).toMatchObject({
    status: 'rejected',
    error: { code: 'conversation.archived' },
  });
  bodyOf(await patch(ada, { archived: false }));
  await say(benSocket, convo_id, 'now');
});

it('[K11] mutes for one person on all of their devices, and for nobody else', async () => {
  const [ada, ben] = await people();
  const { convo_id } = await openGroup(ada, [ben]);
  const phone = await connect(ben);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const mutePath = `/conversations/${convo_id}/mute`;

  const muted = bodyOf(await ben.call<ConversationView>('PUT', mutePath, { body: { until } }));
  expect(muted.muted_until).toBe(until);
  expect((await phone.next('conversation.update')).conversation.muted_until).toBe(until);
  expect((await view(ada, convo_id)).muted_until).toBeNull();
  expect(bodyOf(await ben.call<ConversationView>('DELETE', mutePath)).muted_until).toBeNull();
});

it('[K4] shows the members page by page, and changes nothing about a direct conversation', async () => {
  const [ada, ben, cleo] = await people(3);
  const { convo_id } = await openGroup(ada, [ben, cleo]);
  const pages: Members['members'] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? 'limit=2' : `limit=2&cursor=${cursor}`;
    const page: Members = bodyOf(
      await ben.call<Members>('GET', `/conversations/${convo_id}/members?${query}`),
    );
    pages.push(...page.members);
    cursor = page.next_cursor;
  }
  expect(pages.map(({ person }) => person.user_id).sort()).toEqual(
    [ada, ben, cleo].map(({ userId }) => userId).sort(),
  );
  expect(pages.filter(({ role }) => role === 'owner').map(({ person }) => person.user_id)).toEqual([
    ada.userId,
  ]);

  const direct = await openDirect(ada, ben);
  expect(problemOf(await put(ada, direct.convo_id, cleo)).code).toBe('conversation.direct');
  expect(problemOf(await ada.call('POST', `/conversations/${direct.convo_id}/leave`)).code).toBe(
    'conversation.direct',
  );
});
