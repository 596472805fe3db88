import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import type { ConfabClient } from './confab-client.ts';
import { isMember, isMuted, unreadCount } from './conversation-state.ts';
import { ProblemError } from './problem-error.ts';
import { FakeServer } from './testing/fake-server.ts';
import { ada, convoId, grace, rows, startClient, texts } from './testing/test-client.ts';
import { VirtualTime } from './testing/virtual-time.ts';

const alan = `u_${'L'.repeat(26)}`;
let time: VirtualTime;
let server: FakeServer;

async function live(userId = ada): Promise<ConfabClient> {
  const client = startClient({ server, time, userId });
  await time.advance(0);
  expect(client.chat?.state.connection).toBe('live');
  return client;
}

function conversation(client: ConfabClient, id = convoId) {
  const state = client.chat?.state.conversations.get(id);
  if (state === undefined) throw new Error('the conversation is not loaded');
  return state;
}

function chat(client: ConfabClient) {
  if (client.chat === undefined) throw new Error('nobody is signed in');
  return client.chat;
}

function losesAllBut(...types: ServerEvent['type'][]): void {
  server.faults.push = (event) => (types.includes(event.type) ? [event] : []);
}

function deliversPushes(): void {
  server.faults.push = (event) => [event];
}

function viewRequests(): string[] {
  return server.requests.filter((request) => request === `GET /conversations/${convoId}`);
}

beforeEach(() => {
  time = new VirtualTime();
  server = new FakeServer(time.now);
  server.addConversation(convoId, [ada, grace]);
});

describe('what a conversation is called and what holds in it', () => {
  it('changes for everybody, with a line that says who did it, and asks for nothing', async () => {
    const [client, other] = [await live(), await live(grace)];
    await chat(client).membership.update(convoId, { title: 'Engines' });
    await time.advance(1_000);
    for (const each of [client, other]) {
      expect(conversation(each).view.title).toBe('Engines');
      const [line] = rows(each);
      expect(line).toMatchObject({ kind: 'message', message: { system: { code: 'conversation.renamed' } } });
      expect(conversation(each).lastMessage?.system?.params).toEqual({ title: 'Engines' });
    }
    expect(viewRequests()).toEqual([]);
  });

  it('is refused with a reason to whoever may not', async () => {
    const client = await live(grace);
    const refused = chat(client).membership.update(convoId, { title: 'Mine' });
    await expect(refused).rejects.toMatchObject({ code: 'conversation.forbidden' });
    await expect(refused).rejects.toBeInstanceOf(ProblemError);
    expect(conversation(client).view.title).toBe('A group');
  });

  it('says what one may do by then: the server is asked, because it alone knows', async () => {
    const client = await live(grace);
    expect(conversation(client).view.capabilities).toContain('message.send');
    server.world.update(ada, convoId, { posting: 'admins' });
    await time.advance(1_000);
    expect(conversation(client).view).toMatchObject({ posting: 'admins', capabilities: [] });
    expect(viewRequests()).toHaveLength(1);
  });

  it('is asked for when the news of it was lost but its line came', async () => {
    const client = await live();
    losesAllBut('message.create');
    server.world.update(grace, convoId, { topic: 'Steam' });
    deliversPushes();
    await time.advance(1_000);
    expect(conversation(client).view.topic).toBe('Steam');
    expect(viewRequests()).toHaveLength(1);
  });

  it('is asked for when later news show that others were lost', async () => {
    const client = await live();
    losesAllBut();
    server.world.update(ada, convoId, { topic: 'Steam' });
    deliversPushes();
    server.world.update(ada, convoId, { title: 'Engines' });
    await time.advance(1_000);
    expect(conversation(client).view).toMatchObject({ topic: 'Steam', title: 'Engines', version: 3 });
  });

  it('comes with the next sync when all news were lost', async () => {
    const client = await live();
    losesAllBut('pong');
    server.world.update(ada, convoId, { topic: 'Steam' });
    await time.advance(60_000);
    deliversPushes();
    await time.advance(5 * 60_000);
    expect(conversation(client).view.topic).toBe('Steam');
    expect(viewRequests()).toEqual([]);
  });

  it('is not taken back by older news', async () => {
    const client = await live();
    const held: ServerEvent[][] = [];
    server.faults.push = (event) => {
      held.unshift([event]);
      return [];
    };
    server.world.update(ada, convoId, { title: 'Second' });
    server.world.update(ada, convoId, { title: 'Third' });
    deliversPushes();
    for (const events of held) for (const socket of server.sockets) socket.receive(events);
    await time.advance(1_000);
    expect(conversation(client).view).toMatchObject({ title: 'Third', version: 3 });
    expect(viewRequests()).toEqual([]);
  });
});

describe('people who come and go', () => {
  it('show in the few that are named, in the count, and in the roster of whoever looks at it', async () => {
    const client = await live(grace);
    await chat(client).membership.load(convoId);
    server.world.putMember(ada, convoId, alan, 'admin');
    await time.advance(1_000);
    expect(conversation(client).view.members.map(({ user_id }) => user_id)).toEqual([ada, grace, alan]);
    expect(conversation(client).view.member_count).toBe(3);
    expect(conversation(client).roster?.members.get(alan)).toMatchObject({ role: 'admin' });
    expect(client.chat?.state.people.has(alan)).toBe(true);
    server.world.removeMember(ada, convoId, alan);
    await time.advance(1_000);
    expect(conversation(client).view.member_count).toBe(2);
    expect([...(conversation(client).roster?.members.keys() ?? [])]).toEqual([ada, grace]);
    expect(viewRequests()).toEqual([]);
    expect(server.requests.filter((request) => request.includes('/members'))).toHaveLength(1);
  });

  it('are read anew in a roster that missed some', async () => {
    const client = await live();
    await chat(client).membership.load(convoId);
    losesAllBut();
    server.world.putMember(ada, convoId, alan);
    deliversPushes();
    server.world.update(ada, convoId, { title: 'Engines' });
    await time.advance(1_000);
    expect([...(conversation(client).roster?.members.keys() ?? [])]).toEqual([ada, grace, alan]);
  });

  it('gives whoever was added the conversation at once', async () => {
    const client = await live(alan);
    expect(client.chat?.state.conversations.size).toBe(0);
    server.world.putMember(ada, convoId, alan);
    await time.advance(0);
    expect(conversation(client).view).toMatchObject({ state: 'member', member_count: 3 });
    server.post(convoId, grace, 'welcome');
    await time.advance(1_000);
    expect(texts(client)).toContain('welcome');
  });

  it('gives an admin what an admin may', async () => {
    const client = await live(grace);
    server.world.putMember(ada, convoId, grace, 'admin');
    await time.advance(0);
    expect(conversation(client).view.role).toBe('admin');
    expect(conversation(client).view.capabilities).toContain('member.remove');
  });

  it('asks what an admin may when only the news of the role came', async () => {
    const client = await live(grace);
    losesAllBut('member.update');
    server.world.putMember(ada, convoId, grace, 'admin');
    deliversPushes();
    expect(conversation(client).view.capabilities).not.toContain('member.remove');
    await time.advance(1_000);
    expect(conversation(client).view.capabilities).toContain('member.remove');
  });
});

describe('whoever has left', () => {
  it('reads on what was said until then, and nothing after it', async () => {
    const client = await live(grace);
    server.post(convoId, ada, 'before');
    server.world.removeMember(ada, convoId, grace);
    server.post(convoId, ada, 'after');
    await time.advance(1_000);
    expect(conversation(client).view).toMatchObject({ state: 'removed', capabilities: [], members: [] });
    expect(isMember(conversation(client))).toBe(false);
    expect(texts(client)).toEqual(['before', '']);
    await time.advance(10 * 60_000);
    expect(texts(client)).toEqual(['before', '']);
    expect(viewRequests()).toEqual([]);
  });

  it('learns of it from the next sync at the latest', async () => {
    const client = await live(grace);
    server.post(convoId, ada, 'one');
    await time.advance(20_000);
    for (const socket of server.sockets) socket.drop(1006);
    server.post(convoId, ada, 'two');
    server.world.removeMember(ada, convoId, grace);
    server.post(convoId, ada, 'three');
    await time.advance(1_000);
    expect(conversation(client).view.state).toBe('removed');
    expect(texts(client)).toEqual(['one', 'two', '']);
    expect(unreadCount(conversation(client))).toBe(3);
  });

  it('is gone by their own wish as soon as the server says so', async () => {
    const client = await live(grace);
    losesAllBut('pong');
    await chat(client).membership.leave(convoId);
    expect(conversation(client).view.state).toBe('left');
  });

  it('stays when nobody else owns the conversation', async () => {
    const client = await live(ada);
    await expect(chat(client).membership.leave(convoId)).rejects.toMatchObject({
      code: 'conversation.last_owner',
    });
    expect(conversation(client).view.state).toBe('member');
  });

  it('comes back to all of it where newcomers see everything', async () => {
    const client = await live(grace);
    server.post(convoId, ada, 'one');
    server.world.removeMember(ada, convoId, grace);
    server.post(convoId, ada, 'meanwhile');
    server.world.putMember(ada, convoId, grace);
    server.post(convoId, ada, 'two');
    await time.advance(2_000);
    expect(conversation(client).view.state).toBe('member');
    expect(texts(client)).toEqual(['one', '', 'meanwhile', '', 'two']);
  });

  it('comes back to a new window where newcomers see what comes after them', async () => {
    const client = await live(grace);
    server.world.update(ada, convoId, { history: 'joined' });
    server.post(convoId, ada, 'one');
    server.world.removeMember(ada, convoId, grace);
    server.post(convoId, ada, 'meanwhile');
    server.world.putMember(ada, convoId, grace);
    server.post(convoId, ada, 'two');
    await time.advance(2_000);
    expect(texts(client)).toEqual(['', 'two']);
    expect(conversation(client).timeline.isFromStart).toBe(true);
    await chat(client).loadOlder(convoId);
    expect(texts(client)).toEqual(['', 'two']);
    expect(unreadCount(conversation(client))).toBe(2);
  });

  it('learns of coming back from a message when all else was lost', async () => {
    const client = await live(grace);
    server.world.removeMember(ada, convoId, grace);
    await time.advance(1_000);
    losesAllBut();
    server.world.putMember(ada, convoId, grace);
    deliversPushes();
    server.post(convoId, ada, 'you are back');
    await time.advance(1_000);
    expect(conversation(client).view.state).toBe('member');
    expect(texts(client)).toContain('you are back');
  });
});

describe('rooms and muting', () => {
  const room = `c_${'7'.repeat(26)}`;

  it('finds a room by the beginning of a word and comes in', async () => {
    server.addConversation(room, [grace], 'room');
    server.world.update(grace, room, { title: 'Analytical engines' });
    const client = await live();
    const { rooms } = await chat(client).membership.rooms('engi');
    expect(rooms).toMatchObject([{ convo_id: room, joined: false }]);
    await chat(client).membership.join(room);
    expect(conversation(client, room).view.state).toBe('member');
  });

  it('mutes a conversation until it is told otherwise, or for a time', async () => {
    const client = await live();
    await chat(client).membership.mute(convoId, new Date(time.now() + 60_000).toISOString());
    expect(isMuted(conversation(client), time.now())).toBe(true);
    expect(isMuted(conversation(client), time.now() + 60_000)).toBe(false);
    await chat(client).membership.mute(convoId, null);
    expect(isMuted(conversation(client), time.now() + 60_000)).toBe(true);
    await chat(client).membership.unmute(convoId);
    expect(isMuted(conversation(client), time.now())).toBe(false);
  });
});

describe('a message that is refused', () => {
  it.each(['conversation.silenced', 'conversation.archived', 'conversation.forbidden'])(
    '[B1] with %s makes the client ask what one may do there',
    async (code) => {
      const client = await live();
      const before = viewRequests().length;
      server.faults.answerSend = ({ convo_id, client_msg_id }) => ({
        type: 'message.ack',
        convo_id,
        client_msg_id,
        status: 'rejected',
        error: { code, detail: 'no' },
      });
      await chat(client).send(convoId, 'hello');
      await time.advance(0);
      expect(viewRequests()).toHaveLength(before + 1);
    },
  );
});
