import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../events/server-frames.ts';
import { isMember, isMuted, unreadCount } from './conversation-state.ts';
import { ProblemError } from './problem-error.ts';
import { Scene } from './testing/scene.ts';
import { ada, chat, conversation, convoId, grace, rows, texts } from './testing/test-client.ts';

const alan = `u_${'L'.repeat(26)}`;
let scene: Scene;

function viewRequests(): string[] {
  return scene.server.requests.filter((request) => request === `GET /conversations/${convoId}`);
}

beforeEach(() => {
  scene = new Scene();
});

describe('what a conversation is called and what holds in it', () => {
  it('changes for everybody, with a line that says who did it, and asks for nothing', async () => {
    const [client, other] = [await scene.live(), await scene.live(grace)];
    await chat(client).membership.update(convoId, { title: 'Engines' });
    await scene.advance(1_000);
    for (const each of [client, other]) {
      expect(conversation(each).view.title).toBe('Engines');
      const [line] = rows(each);
      expect(line).toMatchObject({ kind: 'message', message: { system: { code: 'conversation.renamed' } } });
      expect(conversation(each).lastMessage?.system?.params).toEqual({ title: 'Engines' });
    }
    expect(viewRequests()).toEqual([]);
  });

  it('is refused with a reason to whoever may not', async () => {
    const client = await scene.live(grace);
    const refused = chat(client).membership.update(convoId, { title: 'Mine' });
    await expect(refused).rejects.toMatchObject({ code: 'conversation.forbidden' });
    await expect(refused).rejects.toBeInstanceOf(ProblemError);
    expect(conversation(client).view.title).toBe('A group');
  });

  it('says what one may do by then: the server is asked, because it alone knows', async () => {
    const client = await scene.live(grace);
    expect(conversation(client).view.capabilities).toContain('message.send');
    scene.server.world.update(ada, convoId, { posting: 'admins' });
    await scene.advance(1_000);
    expect(conversation(client).view).toMatchObject({ posting: 'admins', capabilities: [] });
    expect(viewRequests()).toHaveLength(1);
  });

  it('is asked for when the news of it was lost but its line came', async () => {
    const client = await scene.live();
    scene.losesAllBut('message.create');
    scene.server.world.update(grace, convoId, { topic: 'Steam' });
    scene.deliversPushes();
    await scene.advance(1_000);
    expect(conversation(client).view.topic).toBe('Steam');
    expect(viewRequests()).toHaveLength(1);
  });

  it('is asked for when later news show that others were lost', async () => {
    const client = await scene.live();
    scene.losesAllBut();
    scene.server.world.update(ada, convoId, { topic: 'Steam' });
    scene.deliversPushes();
    scene.server.world.update(ada, convoId, { title: 'Engines' });
    await scene.advance(1_000);
    expect(conversation(client).view).toMatchObject({ topic: 'Steam', title: 'Engines', version: 3 });
  });

  it('comes with the next sync when all news were lost', async () => {
    const client = await scene.live();
    scene.losesAllBut('pong');
    scene.server.world.update(ada, convoId, { topic: 'Steam' });
    await scene.advance(60_000);
    scene.deliversPushes();
    await scene.advance(5 * 60_000);
    expect(conversation(client).view.topic).toBe('Steam');
    expect(viewRequests()).toEqual([]);
  });

  it('is not taken back by older news', async () => {
    const client = await scene.live();
    const held: ServerEvent[][] = [];
    scene.server.faults.push = (event) => {
      held.unshift([event]);
      return [];
    };
    scene.server.world.update(ada, convoId, { title: 'Second' });
    scene.server.world.update(ada, convoId, { title: 'Third' });
    scene.deliversPushes();
    for (const events of held) for (const socket of scene.server.sockets) socket.receive(events);
    await scene.advance(1_000);
    expect(conversation(client).view).toMatchObject({ title: 'Third', version: 3 });
    expect(viewRequests()).toEqual([]);
  });
});

describe('people who come and go', () => {
  it('show in the few that are named, in the count, and in the roster of whoever looks at it', async () => {
    const client = await scene.live(grace);
    await chat(client).membership.load(convoId);
    scene.server.world.putMember(ada, convoId, alan, 'admin');
    await scene.advance(1_000);
    expect(conversation(client).view.members.map(({ user_id }) => user_id)).toEqual([ada, grace, alan]);
    expect(conversation(client).view.member_count).toBe(3);
    expect(conversation(client).roster?.members.get(alan)).toMatchObject({ role: 'admin' });
    expect(client.chat?.state.people.has(alan)).toBe(true);
    scene.server.world.removeMember(ada, convoId, alan);
    await scene.advance(1_000);
    expect(conversation(client).view.member_count).toBe(2);
    expect([...(conversation(client).roster?.members.keys() ?? [])]).toEqual([ada, grace]);
    expect(viewRequests()).toEqual([]);
    expect(scene.server.requests.filter((request) => request.includes('/members'))).toHaveLength(1);
  });

  it('are read anew in a roster that missed some', async () => {
    const client = await scene.live();
    await chat(client).membership.load(convoId);
    scene.losesAllBut();
    scene.server.world.putMember(ada, convoId, alan);
    scene.deliversPushes();
    scene.server.world.update(ada, convoId, { title: 'Engines' });
    await scene.advance(1_000);
    expect([...(conversation(client).roster?.members.keys() ?? [])]).toEqual([ada, grace, alan]);
  });

  it('gives whoever was added the conversation at once', async () => {
    const client = await scene.live(alan);
    expect(client.chat?.state.conversations.size).toBe(0);
    scene.server.world.putMember(ada, convoId, alan);
    await scene.advance(0);
    expect(conversation(client).view).toMatchObject({ state: 'member', member_count: 3 });
    scene.server.post(convoId, grace, 'welcome');
    await scene.advance(1_000);
    expect(texts(client)).toContain('welcome');
  });

  it('gives an admin what an admin may', async () => {
    const client = await scene.live(grace);
    scene.server.world.putMember(ada, convoId, grace, 'admin');
    await scene.advance(0);
    expect(conversation(client).view.role).toBe('admin');
    expect(conversation(client).view.capabilities).toContain('member.remove');
  });

  it('asks what an admin may when only the news of the role came', async () => {
    const client = await scene.live(grace);
    scene.losesAllBut('member.update');
    scene.server.world.putMember(ada, convoId, grace, 'admin');
    scene.deliversPushes();
    expect(conversation(client).view.capabilities).not.toContain('member.remove');
    await scene.advance(1_000);
    expect(conversation(client).view.capabilities).toContain('member.remove');
  });
});

describe('whoever has left', () => {
  it('reads on what was said until then, and nothing after it', async () => {
    const client = await scene.live(grace);
    scene.server.post(convoId, ada, 'before');
    scene.server.world.removeMember(ada, convoId, grace);
    scene.server.post(convoId, ada, 'after');
    await scene.advance(1_000);
    expect(conversation(client).view).toMatchObject({ state: 'removed', capabilities: [], members: [] });
    expect(isMember(conversation(client))).toBe(false);
    expect(texts(client)).toEqual(['before', '']);
    await scene.advance(10 * 60_000);
    expect(texts(client)).toEqual(['before', '']);
    expect(viewRequests()).toEqual([]);
  });

  it('learns of it from the next sync at the latest', async () => {
    const client = await scene.live(grace);
    scene.server.post(convoId, ada, 'one');
    await scene.advance(20_000);
    for (const socket of scene.server.sockets) socket.drop(1006);
    scene.server.post(convoId, ada, 'two');
    scene.server.world.removeMember(ada, convoId, grace);
    scene.server.post(convoId, ada, 'three');
    await scene.advance(1_000);
    expect(conversation(client).view.state).toBe('removed');
    expect(texts(client)).toEqual(['one', 'two', '']);
    expect(unreadCount(conversation(client))).toBe(3);
  });

  it('is gone by their own wish as soon as the server says so', async () => {
    const client = await scene.live(grace);
    scene.losesAllBut('pong');
    await chat(client).membership.leave(convoId);
    expect(conversation(client).view.state).toBe('left');
  });

  it('stays when nobody else owns the conversation', async () => {
    const client = await scene.live(ada);
    await expect(chat(client).membership.leave(convoId)).rejects.toMatchObject({
      code: 'conversation.last_owner',
    });
    expect(conversation(client).view.state).toBe('member');
  });

  it('comes back to all of it where newcomers see everything', async () => {
    const client = await scene.live(grace);
    scene.server.post(convoId, ada, 'one');
    scene.server.world.removeMember(ada, convoId, grace);
    scene.server.post(convoId, ada, 'meanwhile');
    scene.server.world.putMember(ada, convoId, grace);
    scene.server.post(convoId, ada, 'two');
    await scene.advance(2_000);
    expect(conversation(client).view.state).toBe('member');
    expect(texts(client)).toEqual(['one', '', 'meanwhile', '', 'two']);
  });

  it('comes back to a new window where newcomers see what comes after them', async () => {
    const client = await scene.live(grace);
    scene.server.world.update(ada, convoId, { history: 'joined' });
    scene.server.post(convoId, ada, 'one');
    scene.server.world.removeMember(ada, convoId, grace);
    scene.server.post(convoId, ada, 'meanwhile');
    scene.server.world.putMember(ada, convoId, grace);
    scene.server.post(convoId, ada, 'two');
    await scene.advance(2_000);
    expect(texts(client)).toEqual(['', 'two']);
    expect(conversation(client).timeline.isFromStart).toBe(true);
    await chat(client).loadOlder(convoId);
    expect(texts(client)).toEqual(['', 'two']);
    expect(unreadCount(conversation(client))).toBe(2);
  });

  it('learns of coming back from a message when all else was lost', async () => {
    const client = await scene.live(grace);
    scene.server.world.removeMember(ada, convoId, grace);
    await scene.advance(1_000);
    scene.losesAllBut();
    scene.server.world.putMember(ada, convoId, grace);
    scene.deliversPushes();
    scene.server.post(convoId, ada, 'you are back');
    await scene.advance(1_000);
    expect(conversation(client).view.state).toBe('member');
    expect(texts(client)).toContain('you are back');
  });
});

describe('rooms and muting', () => {
  const room = `c_${'7'.repeat(26)}`;

  it('finds a room by the beginning of a word and comes in', async () => {
    scene.server.addConversation(room, [grace], 'room');
    scene.server.world.update(grace, room, { title: 'Analytical engines' });
    const client = await scene.live();
    const { rooms } = await chat(client).membership.rooms('engi');
    expect(rooms).toMatchObject([{ convo_id: room, joined: false }]);
    await chat(client).membership.join(room);
    expect(conversation(client, room).view.state).toBe('member');
  });

  it('mutes a conversation until it is told otherwise, or for a time', async () => {
    const client = await scene.live();
    await chat(client).membership.mute(convoId, new Date(scene.time.now() + 60_000).toISOString());
    expect(isMuted(conversation(client), scene.time.now())).toBe(true);
    expect(isMuted(conversation(client), scene.time.now() + 60_000)).toBe(false);
    await chat(client).membership.mute(convoId, null);
    expect(isMuted(conversation(client), scene.time.now() + 60_000)).toBe(true);
    await chat(client).membership.unmute(convoId);
    expect(isMuted(conversation(client), scene.time.now())).toBe(false);
  });
});

describe('a message that is refused', () => {
  it.each(['conversation.silenced', 'conversation.archived', 'conversation.forbidden'])(
    '[B1] with %s makes the client ask what one may do there',
    async (code) => {
      const client = await scene.live();
      const before = viewRequests().length;
      scene.server.faults.answerSend = ({ convo_id, client_msg_id }) => ({
        type: 'message.ack',
        convo_id,
        client_msg_id,
        status: 'rejected',
        error: { code, detail: 'no' },
      });
      await chat(client).send(convoId, 'hello');
      await scene.advance(0);
      expect(viewRequests()).toHaveLength(before + 1);
    },
  );
});
