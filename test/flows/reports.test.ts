import { describe, expect, it } from 'vitest';
import type { ReportView } from '../../events/admin-contracts.ts';
import { findAdmin, noAdmin } from '../support/admin.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people, sharedCloud } from '../support/cloud.ts';
import { newClientMsgId, openDirect, openGroup, type Person, say } from '../support/people.ts';

interface Page {
  readonly reports: ReportView[];
  readonly next_cursor: string | null;
}

const admin = await findAdmin(sharedCloud());
if (!admin) console.warn(`The queue of reports is left out: ${noAdmin}`);
const withAdmin = admin ? describe : describe.skip;
const asAdmin = admin as Person;

const report = async (person: Person, body: object) =>
  bodyOf(await person.call<{ report_id: string }>('POST', '/reports', { body }), 202).report_id;
const settle = async (id: string, body: object) =>
  bodyOf(await asAdmin.call<ReportView>('PATCH', `/admin/reports/${id}`, { body }));

/** All of a queue, in its order. */
async function queue(status: ReportView['status']): Promise<ReportView[]> {
  const reports: ReportView[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path = `/admin/reports?${new URLSearchParams({ status, limit: '3', ...(cursor && { cursor }) })}`;
    const page: Page = bodyOf(await asAdmin.call<Page>('GET', path));
    reports.push(...page.reports);
    cursor = page.next_cursor;
  }
  return reports;
}

async function offence() {
  const [ada, ben] = await people();
  const benSocket = await connect(ben);
  const { convo_id } = await openDirect(ada, ben);
  const { seq_no } = await say(benSocket, convo_id, 'something awful');
  return { ada, ben, benSocket, convo_id, seq_no };
}

it('[X1][X2] takes a report of a message that somebody can read, once', async () => {
  const { ada, convo_id, seq_no } = await offence();
  const body = { convo_id, seq_no, category: 'harassment', note: 'look at this' };
  const id = await report(ada, body);
  expect(await report(ada, { ...body, category: 'spam' })).toBe(id);
});

it('[X1][A2] refuses what somebody cannot read, and people who are not there', async () => {
  const { ada, convo_id, seq_no } = await offence();
  const [eve] = await people(1);
  const code = async (person: Person, about: object) =>
    problemOf(await person.call('POST', '/reports', { body: { category: 'spam', ...about } })).code;
  expect(await code(eve, { convo_id, seq_no })).toBe('conversation.not_found');
  expect(await code(eve, { convo_id: 'c_00000000000000000000000000', seq_no })).toBe(
    'conversation.not_found',
  );
  expect(await code(ada, { convo_id, seq_no: seq_no + 1 })).toBe('message.not_found');
  expect(await code(ada, { user_id: 'u_00000000000000000000000000' })).toBe('user.not_found');
  expect(await code(ada, {})).toBe('request.invalid');
});

it('[X3] has no queue for anybody but administrators', async () => {
  const { ada, convo_id, seq_no } = await offence();
  const id = await report(ada, { convo_id, seq_no, category: 'spam' });
  const refused = [
    await ada.call('GET', '/admin/reports'),
    await ada.call('PATCH', `/admin/reports/${id}`, { body: { status: 'dismissed' } }),
    await ada.call('PATCH', '/admin/reports/r_nothing', { body: { status: 'dismissed' } }),
  ];
  for (const answer of refused)
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'request.not_found' });
});

withAdmin('the queue of reports', () => {
  it('[X1] shows the message as it was, whatever its sender did to it since', async () => {
    const { ada, ben, benSocket, convo_id, seq_no } = await offence();
    const id = await report(ada, { convo_id, seq_no, category: 'harassment', note: 'look at this' });
    const client_msg_id = newClientMsgId();
    benSocket.send({ action: 'message.delete', convo_id, seq_no, client_msg_id });
    await benSocket.next('message.ack', (ack) => ack.client_msg_id === client_msg_id);
    const found = (await queue('open')).find(({ report_id }) => report_id === id);
    expect(found).toMatchObject({
      status: 'open',
      category: 'harassment',
      note: 'look at this',
      reporter: { user_id: ada.userId },
      reported: { user_id: ben.userId },
      message: { convo_id, seq_no, sender_id: ben.userId, content: 'something awful' },
      resolved_by: null,
    });
  });

  it('[X3] has the oldest first, and moves what is settled', async () => {
    const [ada, ben, cleo] = await people(3);
    await openGroup(ada, [ben, cleo]);
    const ids = [
      await report(ada, { user_id: ben.userId, category: 'spam' }),
      await report(ada, { user_id: cleo.userId, category: 'other' }),
      await report(cleo, { user_id: ben.userId, category: 'spam' }),
    ];
    const ours = async (status: ReportView['status']) =>
      (await queue(status)).map(({ report_id }) => report_id).filter((id) => ids.includes(id));
    expect(await ours('open')).toEqual(ids);

    const [first = '', second = '', third = ''] = ids;
    expect(await settle(second, { status: 'resolved', note: 'warned' })).toMatchObject({
      status: 'resolved',
      resolved_by: asAdmin.userId,
      resolution: 'warned',
    });
    await settle(first, { status: 'dismissed' });
    expect([await ours('open'), await ours('resolved'), await ours('dismissed')]).toEqual([
      [third],
      [second],
      [first],
    ]);
    expect(await settle(first, { status: 'open' })).toMatchObject({ resolved_by: null, resolved_at: null });
    expect(await ours('open')).toEqual([first, third]);
  });

  it('[X3] knows no report that there is not', async () => {
    const answer = await asAdmin.call('PATCH', '/admin/reports/r_nothing', { body: { status: 'open' } });
    expect(problemOf(answer).code).toBe('report.not_found');
  });
});
