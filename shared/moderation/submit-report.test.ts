import { describe, expect, it } from 'vitest';
import type { ReportRequest } from '../../events/membership-contracts.ts';
import {
  aConversation,
  aNewMessage,
  anna,
  aProfile,
  ben,
  cleo,
  convoId,
  membershipsOf,
  movableClock,
  startMs,
  stranger,
} from '../../test/support/builders.ts';
import { inMemoryConversationStore } from '../../test/support/in-memory-conversation-store.ts';
import { inMemoryMessageStore } from '../../test/support/in-memory-message-store.ts';
import { inMemoryReportStore } from '../../test/support/in-memory-report-store.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import type { Membership } from '../conversations/conversation.ts';
import { submitReport } from './submit-report.ts';

const team = convoId('team');
const about = (seq_no: number, more: Partial<ReportRequest> = {}): ReportRequest => ({
  convo_id: team,
  seq_no,
  category: 'spam',
  ...more,
});

/** Three messages of Ben's. */
async function setup(annas: Partial<Membership> = {}) {
  const conversations = inMemoryConversationStore();
  const messages = inMemoryMessageStore(conversations);
  const conversation = aConversation();
  conversations.put(conversation, [
    ...membershipsOf(conversation, [ben]),
    { convoId: team, userId: anna, role: 'member', readSeq: 0, ...annas },
  ]);
  await messages.commit(
    conversation,
    [1, 2, 3].map((seq) => aNewMessage({ seq, senderId: ben })),
  );
  const users = inMemoryUserStore(aProfile('anna'), aProfile('ben'), aProfile('cleo'));
  const reports = inMemoryReportStore();
  const clock = movableClock();
  const deps = { reports, users, conversations, messages, clock };
  return {
    reports,
    users,
    clock,
    deps,
    report: (request: ReportRequest, reporter = anna) => submitReport(reporter, request, deps),
  };
}

describe('submitReport', () => {
  it('[X1] keeps the message as it is at this moment, and who wrote it', async () => {
    const { reports, report } = await setup();
    const id = await report(about(2, { category: 'harassment', note: 'again and again' }));
    expect([...reports.byId.values()]).toEqual([
      {
        reportId: id,
        status: 'open',
        reporterId: anna,
        reportedId: ben,
        category: 'harassment',
        note: 'again and again',
        message: expect.objectContaining({ convo_id: team, seq_no: 2, sender_id: ben, content: 'text 2' }),
        createdAt: new Date(startMs).toISOString(),
      },
    ]);
  });

  it('[X1] takes a person without a message', async () => {
    const { reports, report } = await setup();
    const id = await report({ user_id: cleo, category: 'other' });
    expect(reports.byId.get(id)).toMatchObject({ reportedId: cleo, category: 'other' });
    expect(reports.byId.get(id)).not.toHaveProperty('message');
  });

  it('[X2] is one for each reporter and message or person, however often it comes', async () => {
    const { reports, report, clock } = await setup();
    const first = await report(about(2, { note: 'first' }));
    clock.advance(1_000);
    expect(await report(about(2, { note: 'second', category: 'illegal' }))).toBe(first);
    expect(reports.byId.get(first)).toMatchObject({ note: 'first', category: 'spam' });
    const others = [
      await report(about(3)),
      await report(about(2), ben),
      await report({ user_id: ben, category: 'spam' }),
      await report(about(2, { user_id: ben })),
    ];
    expect(new Set([first, ...others]).size).toBe(5);
  });

  it.each([
    ['of a conversation of others', about(2), stranger, 'conversation.not_found'],
    ['of no conversation', about(2, { convo_id: convoId('nowhere') }), anna, 'conversation.not_found'],
    ['that there is not', about(4), anna, 'message.not_found'],
  ])('[X1][A2] refuses a message %s', async (_, request, reporter, code) => {
    const { reports, report } = await setup();
    await expect(report(request, reporter)).rejects.toMatchObject({ code });
    expect(reports.byId.size).toBe(0);
  });

  it.each([
    ['before their time', { fromSeq: 1 }, [1], [2, 3]],
    [
      'after they left',
      { left: { state: 'removed', seq: 2, rev: 0, version: 2, at: 'then', title: null } } as const,
      [3],
      [1, 2],
    ],
  ])('[X1] takes what somebody can read, and nothing %s', async (_, annas, hidden, seen) => {
    const { report } = await setup(annas);
    for (const seq of hidden)
      await expect(report(about(seq))).rejects.toMatchObject({ code: 'message.not_found' });
    for (const seq of seen) await report(about(seq));
  });

  it('[X1] finds nothing to report in a message that was deleted', async () => {
    const { deps, report } = await setup();
    const messages = deps.messages;
    deps.messages = {
      ...messages,
      many: async (...asked) =>
        (await messages.many(...asked)).map((one) => ({ ...one, content: '', deletedAt: 'now' })),
    };
    await expect(report(about(2))).rejects.toMatchObject({ code: 'message.not_found' });
  });

  it('[A2] tells somebody who was erased from nobody as little as a missing one', async () => {
    const { users, report } = await setup();
    await users.erase(aProfile('cleo'), 'now');
    for (const user_id of [cleo, stranger])
      await expect(report({ user_id, category: 'spam' })).rejects.toMatchObject({
        code: 'user.not_found',
        message: 'No such person',
      });
  });
});
