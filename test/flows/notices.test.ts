/** What those who run a deployment tell its people: over the wire alone. */
import { describe, expect, it } from 'vitest';
import type { SystemNotice } from '../../events/server-frames.ts';
import { findAdmin, noAdmin } from '../support/admin.ts';
import { bodyOf, problemOf } from '../support/client.ts';
import { connect, people, sharedCloud } from '../support/cloud.ts';
import { openGroup, type Person } from '../support/people.ts';

const admin = await findAdmin(sharedCloud());
if (!admin) console.warn(`Publishing notices is left out: ${noAdmin}`);
const withAdmin = admin ? describe : describe.skip;
const asAdmin = admin as Person;
const text = { code: 'notice.text', params: { text: 'Back in ten minutes' }, severity: 'warning' };

const publish = async (audience: object) => {
  const body = { audience, ...text };
  return bodyOf(await asAdmin.call<{ notice_id: string }>('POST', '/admin/notices', { body }), 202).notice_id;
};
const noticesOf = async (person: Person) =>
  bodyOf(await person.call<{ notices: SystemNotice[] }>('GET', '/notices')).notices.map(
    ({ notice_id }) => notice_id,
  );

it('[N1] may be published by nobody but administrators', async () => {
  const [ada] = await people(1);
  const body = { audience: { kind: 'everybody' }, ...text };
  expect(problemOf(await ada.call('POST', '/admin/notices', { body })).code).toBe('request.not_found');
  expect(problemOf(await ada.call('DELETE', '/admin/notices/n_nothing')).code).toBe('request.not_found');
});

withAdmin('a published notice', () => {
  it('[N1] reaches all devices of one person, and who was away at the next sync', async () => {
    const [ada, ben] = await people();
    const phone = await connect(ada);
    const noticeId = await publish({ kind: 'user', user_id: ada.userId });
    expect(await phone.next('system.notice')).toMatchObject({ notice_id: noticeId, ...text });
    const laptop = await connect(ada);
    laptop.send({ action: 'sync', cursors: {} });
    await laptop.next('synced');
    expect(laptop.all('system.notice')).toMatchObject([{ notice_id: noticeId }]);
    expect(await noticesOf(ben)).not.toContain(noticeId);
  });

  it('[N1] reaches the members of a conversation, connected or not', async () => {
    const [ada, ben, eve] = await people(3);
    const { convo_id } = await openGroup(ada, [ben]);
    const socket = await connect(ada);
    const noticeId = await publish({ kind: 'conversation', convo_id });
    expect(await socket.next('system.notice')).toMatchObject({ notice_id: noticeId, convo_id });
    expect(await noticesOf(ben)).toContain(noticeId);
    expect(await noticesOf(eve)).not.toContain(noticeId);
  });

  it('[N1][N3] reaches everybody, until it is taken back', async () => {
    const [ada, ben] = await people();
    const socket = await connect(ada);
    const noticeId = await publish({ kind: 'everybody' });
    await socket.until('the notice', () =>
      socket.all('system.notice').find(({ notice_id }) => notice_id === noticeId),
    );
    expect(await noticesOf(ben)).toContain(noticeId);
    expect((await asAdmin.call('DELETE', `/admin/notices/${noticeId}`)).status).toBe(204);
    await socket.until('its end', () =>
      socket.all('notice.dismissed').find(({ notice_id }) => notice_id === noticeId),
    );
    expect(await noticesOf(ben)).not.toContain(noticeId);
  });

  it('[N2] is dismissed on all devices at once', async () => {
    const [ada, ben] = await people();
    const [phone, laptop] = [await connect(ada), await connect(ada)];
    const noticeId = await publish({ kind: 'user', user_id: ada.userId });
    await laptop.next('system.notice');
    expect(problemOf(await ben.call('POST', `/notices/${noticeId}/dismiss`)).code).toBe('notice.not_found');
    expect((await ada.call('POST', `/notices/${noticeId}/dismiss`)).status).toBe(204);
    expect(await phone.next('notice.dismissed')).toMatchObject({ notice_id: noticeId });
    expect(await laptop.next('notice.dismissed')).toMatchObject({ notice_id: noticeId });
    expect(await noticesOf(ada)).not.toContain(noticeId);
  });
});
