/** Notices from publishing to dismissal, on a real engine. */
import { describe, expect, it } from 'vitest';
import { publishNoticeRequest } from '../../events/admin-contracts.ts';
import { noticePublished } from '../../events/notice-published.ts';
import {
  aConnection,
  aConversation,
  anna,
  aProfile,
  ben,
  cleo,
  countingIds,
  membershipsOf,
  movableClock,
  stranger,
} from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemorySockets } from '../../test/support/in-memory-connections.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { dynamoAllConnections } from '../connections/dynamo-all-connections.ts';
import { dynamoConnectionStore } from '../connections/dynamo-connection-store.ts';
import { limits } from '../limits.ts';
import { dismissNotice } from './dismiss-notice.ts';
import { dynamoNoticeStore } from './dynamo-notice-store.ts';
import type { NoticeQueue } from './notice-queue.ts';
import { publishNotice, withdrawNotice } from './publish-notice.ts';
import { tellNotice } from './tell-notice.ts';

const database = testDatabase();
const admin = { adminId: stranger, idempotencyKey: undefined };
const text = { code: 'notice.text', params: { text: 'Back in ten minutes' } };
const forEverybody = publishNoticeRequest.parse({ audience: { kind: 'everybody' }, ...text });
const forAnna = publishNoticeRequest.parse({ audience: { kind: 'user', user_id: anna }, ...text });

/** A queue whose steps are taken when the test says so. */
function steps() {
  const waiting: Parameters<NoticeQueue['enqueue']>[0][] = [];
  return { waiting, enqueue: async (step: (typeof waiting)[number]) => void waiting.push(step) };
}

let worlds = 0;

async function world() {
  worlds += 1;
  const { client, tables } = database();
  const clock = movableClock();
  const conversations = inMemoryConversationStore();
  const conversation = aConversation({ members: [anna, ben] });
  conversations.put(conversation, membershipsOf(conversation, [anna, ben]));
  const gateway = inMemorySockets();
  const queue = steps();
  const deps = {
    clock,
    queue,
    gateway,
    conversations,
    // One table serves all worlds here: their notices must not be each other's.
    ids: countingIds(`w${worlds}-`),
    users: inMemoryUserStore(aProfile('anna'), aProfile('ben'), aProfile('cleo')),
    notices: dynamoNoticeStore({ client, ...tables, clock }),
    connections: dynamoConnectionStore({ client, ...tables, clock }),
    everybody: dynamoAllConnections({ client, ...tables, clock }),
  };
  for (const person of [anna, ben, cleo]) await deps.connections.open(aConnection(person));
  const forMembers = publishNoticeRequest.parse({
    audience: { kind: 'conversation', convo_id: conversation.convoId },
    ...text,
  });
  const work = async () => {
    for (let step = queue.waiting.shift(); step; step = queue.waiting.shift())
      await tellNotice(noticePublished.parse({ name: 'notice.published', version: 1, ...step }), deps);
  };
  const seenBy = (person: string) => gateway.events(`connection-of-${person}`);
  const idsFor = async (person: string) =>
    (await deps.notices.activeFor(person)).map(({ noticeId }) => noticeId);
  return { deps, work, seenBy, idsFor, clock, conversation, forMembers };
}

/** What this test published is told apart from what another one left for everybody. */
const withdrawAfter = async (
  { deps, work }: Awaited<ReturnType<typeof world>>,
  noticeId: string,
): Promise<void> => {
  await withdrawNotice(noticeId, deps);
  await work();
};

describe('[N1] a notice', () => {
  it('to one person is pushed to their devices, and found by them alone', async () => {
    const { deps, seenBy, idsFor } = await world();
    const { noticeId } = await publishNotice(forAnna, admin, deps);
    expect(seenBy(anna)).toMatchObject([{ type: 'system.notice', notice_id: noticeId, ...text }]);
    expect(seenBy(ben)).toEqual([]);
    expect(await idsFor(anna)).toContain(noticeId);
    expect(await idsFor(ben)).not.toContain(noticeId);
  });

  it('to a conversation reaches its members, whether they are connected or not', async () => {
    const { deps, work, seenBy, idsFor, forMembers, conversation } = await world();
    await deps.connections.close(`connection-of-${ben}`);
    const { noticeId } = await publishNotice(forMembers, admin, deps);
    await work();
    const told = { notice_id: noticeId, convo_id: conversation.convoId };
    expect(seenBy(anna)).toMatchObject([told]);
    expect(seenBy(cleo)).toEqual([]);
    expect(await idsFor(ben)).toContain(noticeId);
    expect(await idsFor(cleo)).not.toContain(noticeId);
  });

  it('to everybody reaches all connections, and whoever comes later', async () => {
    const world1 = await world();
    const { deps, work, seenBy, idsFor } = world1;
    const { noticeId } = await publishNotice(forEverybody, admin, deps);
    await work();
    for (const person of [anna, ben, cleo]) expect(seenBy(person)).toMatchObject([{ notice_id: noticeId }]);
    expect(await idsFor(stranger)).toContain(noticeId);
    await withdrawAfter(world1, noticeId);
  });

  it('that is sent again under the same key is the same one', async () => {
    const { deps, idsFor } = await world();
    const publisher = { ...admin, idempotencyKey: 'maintenance-7' };
    const first = await publishNotice(forAnna, publisher, deps);
    const second = await publishNotice(forAnna, publisher, deps);
    expect(second.noticeId).toBe(first.noticeId);
    expect((await idsFor(anna)).filter((id) => id === first.noticeId)).toHaveLength(1);
  });

  it('is for nobody who is not there', async () => {
    const { deps } = await world();
    const nobody = publishNoticeRequest.parse({ audience: { kind: 'user', user_id: stranger }, ...text });
    await expect(publishNotice(nobody, admin, deps)).rejects.toMatchObject({ code: 'user.not_found' });
    const nowhere = publishNoticeRequest.parse({
      audience: { kind: 'conversation', convo_id: `c_${'0'.repeat(26)}` },
      ...text,
    });
    await expect(publishNotice(nowhere, admin, deps)).rejects.toMatchObject({
      code: 'conversation.not_found',
    });
  });

  it('is over when its time is', async () => {
    const { deps, idsFor, clock } = await world();
    const { noticeId } = await publishNotice(forAnna, admin, deps);
    clock.advance((limits.noticeDefaultSeconds - 1) * 1000);
    expect(await idsFor(anna)).toContain(noticeId);
    clock.advance(1000);
    expect(await idsFor(anna)).not.toContain(noticeId);
  });
});

describe('[N2] a notice that is dismissed', () => {
  it('is gone on all devices of that person, and stays for the others', async () => {
    const world1 = await world();
    const { deps, seenBy, idsFor } = world1;
    const { noticeId } = await publishNotice(forEverybody, admin, deps);
    await dismissNotice(anna, noticeId, deps);
    expect(seenBy(anna).at(-1)).toEqual({ type: 'notice.dismissed', notice_id: noticeId });
    expect(await idsFor(anna)).not.toContain(noticeId);
    expect(await idsFor(ben)).toContain(noticeId);
    await withdrawAfter(world1, noticeId);
  });

  it('stays so when it is told once more', async () => {
    const { deps, work, idsFor, forMembers } = await world();
    const { noticeId } = await publishNotice(forMembers, admin, deps);
    const [step] = deps.queue.waiting;
    await work();
    await dismissNotice(anna, noticeId, deps);
    if (step) deps.queue.waiting.push(step);
    await work();
    expect(await idsFor(anna)).not.toContain(noticeId);
  });

  it.each([
    ['somebody else’s', anna, ben],
    ['a missing one', undefined, ben],
  ])('must be one’s own: %s is not found', async (_, owner, caller) => {
    const { deps } = await world();
    const { noticeId } = owner ? await publishNotice(forAnna, admin, deps) : { noticeId: 'n_missing' };
    await expect(dismissNotice(caller, noticeId, deps)).rejects.toMatchObject({ code: 'notice.not_found' });
  });
});

describe('[N3] a notice that is taken back', () => {
  it('is found by nobody any more, and clients are told', async () => {
    const { deps, work, seenBy, idsFor, forMembers } = await world();
    const { noticeId } = await publishNotice(forMembers, admin, deps);
    await work();
    await withdrawNotice(noticeId, deps);
    await work();
    expect(seenBy(ben).at(-1)).toEqual({ type: 'notice.dismissed', notice_id: noticeId });
    expect(await idsFor(anna)).not.toContain(noticeId);
    await expect(withdrawNotice(noticeId, deps)).rejects.toMatchObject({ code: 'notice.not_found' });
  });

  it('is not told to those whose turn had not come', async () => {
    const { deps, work, seenBy, forMembers } = await world();
    const { noticeId } = await publishNotice(forMembers, admin, deps);
    const [late] = deps.queue.waiting.splice(0);
    await withdrawNotice(noticeId, deps);
    deps.queue.waiting.length = 0;
    if (late) deps.queue.waiting.push(late);
    await work();
    expect(seenBy(anna)).toEqual([]);
  });
});
