import { describe, expect, it } from 'vitest';
import type { InviteLinkView } from '../../events/membership-contracts.ts';
import type { ConversationView, InviteView } from '../../events/server-frames.ts';
import { bodyOf, type HttpAnswer, problemOf } from '../support/client.ts';
import { connect, people } from '../support/cloud.ts';
import { openGroup, type Person, say, wholeHistory } from '../support/people.ts';

interface Link {
  readonly link: InviteLinkView;
  readonly token: string;
}

const invite = (inviter: Person, convoId: string, invited: Person, role?: 'admin' | 'member') =>
  inviter.call<InviteView>('POST', `/conversations/${convoId}/invites`, {
    body: { user_id: invited.userId, ...(role && { role }) },
  });
const pending = async (person: Person) =>
  bodyOf(await person.call<{ invites: InviteView[] }>('GET', '/me/invites')).invites;
const openIn = async (person: Person, convoId: string) =>
  bodyOf(await person.call<{ invites: InviteView[] }>('GET', `/conversations/${convoId}/invites`)).invites;
const accept = (person: Person, convoId: string) =>
  person.call<ConversationView>('POST', `/me/invites/${convoId}/accept`);
const decline = (person: Person, convoId: string, body: object = {}) =>
  person.call('POST', `/me/invites/${convoId}/decline`, { body });
const makeLink = async (person: Person, convoId: string, body: object = {}) =>
  bodyOf(await person.call<Link>('POST', `/conversations/${convoId}/invite-links`, { body }), 201);
const enter = (person: Person, token: string) =>
  person.call<ConversationView>('POST', `/invite-links/${token}/accept`);
const codeOf = (answer: HttpAnswer) => problemOf(answer).code;
const give = async (owner: Person, convoId: string, member: Person, role: string) =>
  bodyOf(
    await owner.call('PUT', `/conversations/${convoId}/members/${member.userId}`, { body: { role } }),
    200,
  );

describe('an invitation', () => {
  it('[L1] is on all devices of the invited person, and no membership until it is accepted', async () => {
    const [ada, ben, cleo] = await people(3);
    const sockets = await Promise.all([connect(cleo), connect(cleo)]);
    const { convo_id } = await openGroup(ada, [ben], 'Sunday hike');

    const made = bodyOf(await invite(ada, convo_id, cleo), 201);

    expect(made).toMatchObject({ convo_id, title: 'Sunday hike', member_count: 2, state: 'pending' });
    expect(made.invited_by.user_id).toBe(ada.userId);
    for (const socket of sockets) expect((await socket.next('invite.update')).invite).toEqual(made);
    expect(await pending(cleo)).toEqual([made]);
    expect(bodyOf(await invite(ada, convo_id, cleo))).toEqual(made);
    expect(codeOf(await cleo.call('GET', `/conversations/${convo_id}`))).toBe('conversation.not_found');
    expect(codeOf(await cleo.call('GET', `/conversations/${convo_id}/messages`))).toBe(
      'conversation.not_found',
    );
    expect(await openIn(ada, convo_id)).toEqual([made]);
    expect(codeOf(await ben.call('GET', `/conversations/${convo_id}/invites`))).toBe(
      'conversation.forbidden',
    );
  });

  it('[L1][Y9] comes with a sync to whoever was away, and once withdrawn with none', async () => {
    const [ada, ben] = await people();
    const { convo_id } = await openGroup(ada, []);
    const made = bodyOf(await invite(ada, convo_id, ben), 201);
    const socket = await connect(ben);
    socket.send({ action: 'sync', cursors: {} });
    await socket.next('synced');
    expect(socket.all('invite.update').map((event) => event.invite)).toEqual([made]);
    await socket.close();

    bodyOf(await ada.call('DELETE', `/conversations/${convo_id}/invites/${ben.userId}`), 204);
    const later = await connect(ben);
    later.send({ action: 'sync', cursors: {} });
    await later.next('synced');
    expect(later.all('invite.update')).toEqual([]);
  });

  it('[L2] accepted, it is a membership in its role, for everybody at once', async () => {
    const [ada, ben] = await people();
    const [adaSocket, benSocket] = await Promise.all([connect(ada), connect(ben)]);
    const { convo_id } = await openGroup(ada, []);
    await say(adaSocket, convo_id, 'come in');
    bodyOf(await invite(ada, convo_id, ben, 'admin'), 201);

    const answers = await Promise.all([accept(ben, convo_id), accept(ben, convo_id)]);
    for (const answer of answers) expect(bodyOf(answer)).toMatchObject({ role: 'admin', member_count: 2 });

    await benSocket.next('invite.update', (event) => event.invite.state === 'accepted');
    expect((await benSocket.next('conversation.update')).conversation).toMatchObject({ convo_id });
    expect(await adaSocket.next('member.update')).toMatchObject({ user_id: ben.userId, role: 'admin' });
    const lines = (await wholeHistory(ada, convo_id)).map(({ content, system }) => system?.code ?? content);
    expect(lines).toEqual(['come in', 'member.joined']);
    await say(benSocket, convo_id, 'here I am');
    expect(await pending(ben)).toEqual([]);
    expect(await openIn(ada, convo_id)).toEqual([]);
    expect(codeOf(await invite(ada, convo_id, ben))).toBe('request.invalid');
  });

  it('[L3] withdrawn, it is gone', async () => {
    const [ada, ben] = await people();
    const socket = await connect(ben);
    const { convo_id } = await openGroup(ada, []);
    bodyOf(await invite(ada, convo_id, ben), 201);
    for (const _ of ['once', 'again'])
      bodyOf(await ada.call('DELETE', `/conversations/${convo_id}/invites/${ben.userId}`), 204);
    await socket.next('invite.update', (event) => event.invite.state === 'withdrawn');
    expect(await pending(ben)).toEqual([]);
    expect(codeOf(await accept(ben, convo_id))).toBe('invite.not_found');
    bodyOf(await invite(ada, convo_id, ben), 201);
  });

  it('[L4] declined, nobody asks again soon; blocked and reported, nobody at all', async () => {
    const [ada, ben, cleo] = await people(3);
    const socket = await connect(ben);
    const { convo_id } = await openGroup(ada, [cleo]);
    await give(ada, convo_id, cleo, 'admin');
    bodyOf(await invite(ada, convo_id, ben), 201);
    bodyOf(await decline(ben, convo_id, { block: true, report: { category: 'spam', note: 'why me' } }), 204);

    await socket.next('invite.update', (event) => event.invite.state === 'declined');
    expect(codeOf(await invite(ada, convo_id, ben))).toBe('user.not_found');
    expect(codeOf(await invite(cleo, convo_id, ben))).toBe('invite.declined');
    expect(codeOf(await accept(ben, convo_id))).toBe('invite.not_found');
    const { users } = bodyOf(await ben.call<{ users: { user_id: string }[] }>('GET', '/me/blocks'));
    expect(users.map(({ user_id }) => user_id)).toEqual([ada.userId]);
  });

  it('[L5] ends with the right of whoever made it', async () => {
    const [[ada, ben], [cleo, dora]] = [await people(), await people()];
    const { convo_id } = await openGroup(ada, [ben]);
    expect(codeOf(await invite(ben, convo_id, cleo))).toBe('conversation.forbidden');
    await give(ada, convo_id, ben, 'admin');
    expect(codeOf(await invite(ben, convo_id, cleo, 'admin'))).toBe('conversation.forbidden');
    bodyOf(await invite(ben, convo_id, cleo), 201);
    const { token } = await makeLink(ben, convo_id);
    bodyOf(await ada.call('DELETE', `/conversations/${convo_id}/members/${ben.userId}`), 204);

    expect(await pending(cleo)).toEqual([]);
    expect(codeOf(await accept(cleo, convo_id))).toBe('invite.not_found');
    expect(codeOf(await enter(dora, token))).toBe('invite.not_found');
  });

  it('[L1] ends when the person comes in another way or is banned', async () => {
    const [ada, ben, cleo] = await people(3);
    const { convo_id } = await openGroup(ada, []);
    for (const person of [ben, cleo]) bodyOf(await invite(ada, convo_id, person), 201);
    bodyOf(await ada.call('PUT', `/conversations/${convo_id}/members/${ben.userId}`, { body: {} }), 201);
    bodyOf(await ada.call('PUT', `/conversations/${convo_id}/bans/${cleo.userId}`, { body: {} }), 204);
    for (const person of [ben, cleo]) expect(await pending(person)).toEqual([]);
    expect(codeOf(await accept(cleo, convo_id))).toBe('invite.not_found');
    expect(codeOf(await invite(ada, convo_id, cleo))).toBe('conversation.banned');
  });
});

describe('an invite link', () => {
  it('[L6] tells where it leads, lets people in and counts them', async () => {
    const [ada, ben, cleo] = await people(3);
    const { convo_id } = await openGroup(ada, [], 'Book club');
    const { link, token } = await makeLink(ada, convo_id, { max_uses: 1 });
    expect(link).toMatchObject({ role: 'member', uses: 0, max_uses: 1 });

    expect(bodyOf(await ben.call('GET', `/invite-links/${token}`))).toMatchObject({
      type: 'group',
      title: 'Book club',
      member_count: 1,
      invited_by: { user_id: ada.userId },
    });
    expect(bodyOf(await enter(ada, token))).toMatchObject({ member_count: 1, role: 'owner' });
    expect(bodyOf(await enter(ben, token))).toMatchObject({ convo_id, role: 'member', member_count: 2 });
    expect(bodyOf(await enter(ben, token))).toMatchObject({ member_count: 2 });
    expect(codeOf(await enter(cleo, token))).toBe('invite.not_found');
    expect(codeOf(await cleo.call('GET', `/invite-links/${token}`))).toBe('invite.not_found');
  });

  it('[L6] lets exactly one in of those who race for its last use', async () => {
    const [[ada], racers] = [await people(), await people(3)];
    const { convo_id } = await openGroup(ada, []);
    const { token } = await makeLink(ada, convo_id, { max_uses: 1 });
    const answers = await Promise.all(racers.map((racer) => enter(racer, token)));
    expect(answers.map(({ status }) => String(status)).sort()).toEqual(['200', '404', '404']);
    expect(bodyOf(await ada.call('GET', `/conversations/${convo_id}`))).toMatchObject({ member_count: 2 });
  });

  it('[L7] is revoked by those who may invite, and beats no ban', async () => {
    const [ada, ben, cleo] = await people(3);
    const { convo_id } = await openGroup(ada, []);
    const { link, token } = await makeLink(ada, convo_id);
    bodyOf(await ada.call('PUT', `/conversations/${convo_id}/bans/${ben.userId}`, { body: {} }), 204);
    expect(codeOf(await enter(ben, token))).toBe('conversation.banned');

    const path = `/conversations/${convo_id}/invite-links`;
    const links = async () =>
      bodyOf(await ada.call<{ links: InviteLinkView[] }>('GET', path)).links.map(({ link_id }) => link_id);
    expect(await links()).toEqual([link.link_id]);
    for (const _ of ['once', 'again']) bodyOf(await ada.call('DELETE', `${path}/${link.link_id}`), 204);
    expect(await links()).toEqual([]);
    expect(codeOf(await enter(cleo, token))).toBe('invite.not_found');
  });
});
