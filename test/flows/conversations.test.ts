import { expect, it } from 'vitest';
import type { ConversationsResponse } from '../../events/http-contracts.ts';
import type { ConversationView } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openDirect, openGroup, type Person, say } from '../support/people.ts';

const open = (person: Person, body: object) =>
  person.call<ConversationView>('POST', '/conversations', { body });
const listOf = async (person: Person) =>
  bodyOf(await person.call<ConversationsResponse>('GET', '/conversations')).conversations;

it('gives two people one direct conversation, from both sides and at once', async () => {
  const [ada, ben] = await people();
  const body = (person: Person) => ({ type: 'direct', members: [person.userId] });

  const answers = await Promise.all([
    open(ada, body(ben)),
    open(ben, body(ada)),
    open(ada, body(ben)),
    open(ben, body(ada)),
  ]);

  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 200, 200, 201]);
  expect(new Set(answers.map((answer) => answer.body.convo_id)).size).toBe(1);
  for (const person of [ada, ben]) expect(await listOf(person)).toHaveLength(1);
});

it('[M9] shows a new conversation to everybody in it at once, with its title and its people', async () => {
  const [ada, ben, cleo] = await people(3);
  const sockets = await Promise.all([ada, ben, cleo].map(connect));

  const group = await openGroup(ada, [ben, cleo], '  Sunday hike ⛰️ ');

  expect(group).toMatchObject({ type: 'group', title: 'Sunday hike ⛰️', member_count: 3, seq: 0, unread: 0 });
  expect(group).toMatchObject({ role: 'owner', capabilities: expect.arrayContaining(['role.change']) });
  expect(group.members.map(({ user_id }) => user_id).sort()).toEqual(
    [ada, ben, cleo].map(({ userId }) => userId).sort(),
  );
  const asMember = { ...group, role: 'member', capabilities: ['message.send'] };
  for (const [index, socket] of sockets.entries()) {
    const { conversation } = await socket.next('conversation.update');
    expect(conversation).toEqual(index === 0 ? group : asMember);
  }
  expect(await listOf(cleo)).toEqual([asMember]);
  expect(bodyOf(await cleo.call('GET', `/conversations/${group.convo_id}`))).toEqual(asMember);
});

it('reaches every member of a group', async () => {
  const everybody = await people(5);
  const [owner, ...others] = everybody;
  if (!owner) throw new Error('nobody there');
  const { convo_id } = await openGroup(owner, others);
  const sockets = await Promise.all(everybody.map(connect));

  for (const [index, socket] of sockets.entries()) await say(socket, convo_id, `hello from ${index}`);

  for (const socket of sockets) {
    await socket.next('message.create', ({ seq_no }) => seq_no === 5);
    expect(socket.all('message.create').map(({ seq_no }) => seq_no)).toEqual([1, 2, 3, 4, 5]);
  }
});

it.each<[string, (known: Person) => object, string]>([
  ['a group without a title', (known) => ({ type: 'group', members: [known.userId] }), 'request.invalid'],
  ['a blank title', (known) => ({ type: 'group', title: '   ', members: [known.userId] }), 'request.invalid'],
  [
    'a title that is too long',
    () => ({ type: 'group', title: 'x'.repeat(limits.conversationTitleMaxChars + 1), members: [] }),
    'request.invalid',
  ],
  ['an unknown type', (known) => ({ type: 'party', members: [known.userId] }), 'request.invalid'],
  ['members that are no ids', () => ({ type: 'direct', members: ['ben'] }), 'request.invalid'],
  ['nobody', () => ({ type: 'direct', members: [] }), 'request.invalid'],
  [
    'a person who does not exist',
    () => ({ type: 'direct', members: [`u_${'0'.repeat(26)}`] }),
    'user.not_found',
  ],
])('refuses to open a conversation with %s', async (_, request, code) => {
  const [ada, ben] = await people();

  const answer = await open(ada, request(ben));

  expect(problemOf(answer)).toMatchObject({ code, status: answer.status });
  expect(await listOf(ada)).toEqual([]);
});

it('lists the conversation of the newest message first, with that message', async () => {
  const [ada, ben, cleo] = await people(3);
  const withBen = await openDirect(ada, ben);
  const withCleo = await openDirect(ada, cleo);
  const socket = await connect(ada);
  await say(socket, withCleo.convo_id, 'to Cleo');
  await say(socket, withBen.convo_id, 'to Ben');

  const list = await listOf(ada);

  expect(list.map(({ convo_id }) => convo_id)).toEqual([withBen.convo_id, withCleo.convo_id]);
  expect(list[0]?.last_message).toMatchObject({ seq_no: 1, sender_id: ada.userId, preview: 'to Ben' });
});

it('pages the list without losing or repeating a conversation', async () => {
  const [ada, ...others] = await people(6);
  if (!ada) throw new Error('nobody there');
  for (const other of others) await openDirect(ada, other);

  const ids: string[] = [];
  let cursor = '';
  do {
    const path = `/conversations?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const page = bodyOf(await ada.call<ConversationsResponse>('GET', path));
    ids.push(...page.conversations.map(({ convo_id }) => convo_id));
    cursor = page.next_cursor ?? '';
  } while (cursor !== '');

  expect(ids).toHaveLength(5);
  expect(new Set(ids).size).toBe(5);
});
