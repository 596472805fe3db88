import { beforeAll, describe, expect, it } from 'vitest';
import { reportsResponse, reportView } from '../../events/admin-contracts.ts';
import { reportResponse } from '../../events/membership-contracts.ts';
import { dynamoAccountStore } from '../../shared/auth/dynamo-account-store.ts';
import { instantBackoff } from '../../test/support/builders.ts';
import { httpFunction } from '../../test/support/http-function.ts';
import { type SignedIn, signUp } from '../../test/support/in-memory-aws.ts';

// signUp gives everybody the address <handle>@example.org.
const { database, call } = httpFunction(() => import('./moderation.ts'), {
  ADMIN_EMAILS: 'ops@example.org,ADMIN@example.org',
});
let admin: SignedIn;
let anna: SignedIn;
let ben: SignedIn;

beforeAll(async () => {
  [admin, anna, ben] = [
    await signUp(database(), 'admin'),
    await signUp(database(), 'anna'),
    await signUp(database(), 'ben'),
  ];
});

const report = async (category = 'spam') => {
  const answer = await call('POST /reports', {
    token: anna.token,
    body: { user_id: ben.userId, category },
  });
  expect(answer.status).toBe(202);
  return reportResponse.parse(answer.body).report_id;
};
const list = (token: string, query: Record<string, string> = {}) =>
  call('GET /admin/reports', { token, query });

describe('the queue of reports', () => {
  it('[X3] is not there for who has named the address of an administrator, until they prove it', async () => {
    expect(await list(admin.token)).toMatchObject({ status: 404, body: { code: 'request.not_found' } });
    const { client, tables } = database();
    const accounts = dynamoAccountStore(client, tables, instantBackoff());
    await accounts.verify(admin, { channel: 'email', address: 'admin@example.org' });
    expect(await list(admin.token)).toMatchObject({ status: 200, body: { reports: [] } });
  });

  it('[X3] shows what people report to administrators, and to nobody else', async () => {
    const id = await report();
    const page = reportsResponse.parse((await list(admin.token)).body);
    expect(page.reports).toMatchObject([
      { report_id: id, reporter: { handle: 'anna' }, reported: { handle: 'ben' }, message: null },
    ]);
    for (const { token } of [anna, ben])
      expect(await list(token)).toMatchObject({ status: 404, body: { code: 'request.not_found' } });
  });

  it('[X3] is settled by administrators, and by nobody else', async () => {
    const id = await report();
    const settle = (token: string) =>
      call('PATCH /admin/reports/{id}', {
        token,
        path: { id },
        body: { status: 'resolved', note: ' done ' },
      });
    expect(await settle(anna.token)).toMatchObject({ status: 404, body: { code: 'request.not_found' } });
    const settled = reportView.parse((await settle(admin.token)).body);
    expect(settled).toMatchObject({ status: 'resolved', resolved_by: admin.userId, resolution: 'done' });
    const queues = await Promise.all(['open', 'resolved'].map((status) => list(admin.token, { status })));
    expect(queues.map(({ body }) => reportsResponse.parse(body).reports.length)).toEqual([0, 1]);
  });
});
