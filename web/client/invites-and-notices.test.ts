import { beforeEach, describe, expect, it } from 'vitest';
import type { ConfabClient } from './confab-client.ts';
import { pendingInvites } from './invite-state.ts';
import { activeNotices } from './notice-state.ts';
import { Scene } from './testing/scene.ts';
import { ada, chat, convoId, grace } from './testing/test-client.ts';

let scene: Scene;

beforeEach(() => {
  scene = new Scene([grace]);
});

describe('an invitation', () => {
  const open = (client: ConfabClient) => pendingInvites(chat(client).state.invites);

  it('comes while one is there, or with the sync', async () => {
    const client = await scene.live();
    scene.server.world.invite(grace, convoId, ada);
    await scene.advance(0);
    expect(open(client)).toMatchObject([{ convo_id: convoId, invited_by: { user_id: grace } }]);
    expect(open(await scene.live())).toHaveLength(1);
  });

  it('becomes a conversation when it is accepted', async () => {
    const client = await scene.live();
    scene.server.world.invite(grace, convoId, ada);
    await scene.advance(0);
    await chat(client).invitations.accept(convoId);
    expect(open(client)).toEqual([]);
    expect(chat(client).state.conversations.get(convoId)?.view.state).toBe('member');
  });

  it('is gone when it is declined, here or on another device', async () => {
    const [client, other] = [await scene.live(), await scene.live()];
    scene.server.world.invite(grace, convoId, ada);
    await scene.advance(0);
    await chat(client).invitations.decline(convoId, { block: true });
    await scene.advance(0);
    expect([open(client), open(other)]).toEqual([[], []]);
  });

  it('is gone when it turns out to be over', async () => {
    const client = await scene.live();
    scene.server.world.invite(grace, convoId, ada);
    await scene.advance(0);
    scene.losesAllBut('synced', 'pong');
    scene.server.world.endInvite(convoId, ada, 'withdrawn');
    await expect(chat(client).invitations.accept(convoId)).rejects.toMatchObject({
      code: 'invite.not_found',
    });
    expect(open(client)).toEqual([]);
  });

  it('is gone with the sync that does not name it', async () => {
    const client = await scene.live();
    scene.server.world.invite(grace, convoId, ada);
    await scene.advance(0);
    scene.losesAllBut('synced', 'pong');
    scene.server.world.endInvite(convoId, ada, 'withdrawn');
    await scene.advance(1_000);
    scene.deliversPushes();
    expect(open(client)).toHaveLength(1);
    await scene.advance(5 * 60_000);
    expect(open(client)).toEqual([]);
  });

  it('is not revived by late news, and a new one is a new one', async () => {
    const client = await scene.live();
    const invite = scene.server.world.invite(grace, convoId, ada);
    scene.server.world.endInvite(convoId, ada, 'withdrawn');
    for (const socket of scene.server.sockets) socket.receive([{ type: 'invite.update', invite }]);
    await scene.advance(1_000);
    expect(open(client)).toEqual([]);
    scene.server.world.invite(grace, convoId, ada);
    await scene.advance(0);
    expect(open(client)).toHaveLength(1);
  });
});

describe('a notice', () => {
  const codes = (client: ConfabClient) =>
    activeNotices(chat(client).state.notices, scene.time.now()).map(({ code }) => code);

  it('is shown until it is over, the gravest first', async () => {
    const client = await scene.live();
    const expires_at = new Date(scene.time.now() + 60_000).toISOString();
    scene.server.world.publishNotice(ada, { code: 'quota.low' });
    scene.server.world.publishNotice(ada, { code: 'maintenance.soon', severity: 'critical', expires_at });
    await scene.advance(0);
    expect(codes(client)).toEqual(['maintenance.soon', 'quota.low']);
    let changes = 0;
    client.subscribe(() => {
      changes += 1;
    });
    await scene.advance(60_000);
    expect(codes(client)).toEqual(['quota.low']);
    expect(changes).toBeGreaterThan(0);
  });

  it('of one conversation is shown there alone', async () => {
    const client = await scene.live();
    scene.server.world.publishNotice(ada, { convo_id: convoId });
    await scene.advance(0);
    expect(codes(client)).toEqual([]);
    expect(activeNotices(chat(client).state.notices, scene.time.now(), convoId)).toHaveLength(1);
  });

  it('that is about this moment only is not kept', async () => {
    const client = await scene.live();
    scene.server.world.publishNotice(ada, { notice_id: undefined });
    await scene.advance(0);
    expect(chat(client).state.notices.size).toBe(0);
  });

  it('is gone on every device when it is dismissed on one, and nothing late brings it back', async () => {
    const [client, other] = [await scene.live(), await scene.live()];
    const notice = scene.server.world.publishNotice(ada);
    await scene.advance(0);
    await chat(client).notices.dismiss(String(notice.notice_id));
    for (const socket of scene.server.sockets) socket.receive([notice]);
    await scene.advance(0);
    expect([codes(client), codes(other)]).toEqual([[], []]);
    expect(codes(await scene.live())).toEqual([]);
  });

  it('is shown again when it could not be dismissed', async () => {
    const client = await scene.live();
    const notice = scene.server.world.publishNotice(ada);
    await scene.advance(0);
    scene.server.faults.isUnreachable = true;
    const dismissed = chat(client).notices.dismiss(String(notice.notice_id));
    expect(codes(client)).toEqual([]);
    await expect(dismissed).rejects.toThrow();
    expect(codes(client)).toEqual(['notice.text']);
  });

  it('that was taken back is gone with the sync that does not name it', async () => {
    const client = await scene.live();
    const notice = scene.server.world.publishNotice(ada);
    await scene.advance(0);
    scene.losesAllBut('synced', 'pong');
    scene.server.world.dropNotice(ada, String(notice.notice_id));
    await scene.advance(1_000);
    scene.deliversPushes();
    expect(codes(client)).toEqual(['notice.text']);
    await scene.advance(5 * 60_000);
    expect(codes(client)).toEqual([]);
  });
});
