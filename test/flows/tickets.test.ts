import { expect, it } from 'vitest';
import type { TicketResponse } from '../../events/account-contracts.ts';
import { bodyOf, handshakeStatus, problemOf } from '../support/client.ts';
import { connect, people, sharedCloud } from '../support/cloud.ts';
import { type Person, ticketUrl } from '../support/people.ts';

/** API Gateway refuses what its authorizer denies with 403; where no authorizer can run, the function does with 401. */
const refused = expect.toBeOneOf([401, 403]);

const ticketOf = async (person: Person) =>
  bodyOf(await person.call<TicketResponse>('POST', '/auth/ws-ticket'));

it('[C1] opens a socket once, and never a second time', async () => {
  const [ada] = await people(1);
  const url = ticketUrl(await ticketOf(ada));

  expect(await handshakeStatus(url)).toBe(101);
  expect(await handshakeStatus(url)).toEqual(refused);
});

it('[C1] lets one of several in that come with the same ticket at once', async () => {
  const [ada] = await people(1);
  const url = ticketUrl(await ticketOf(ada));

  const statuses = await Promise.all([1, 2, 3, 4].map(() => handshakeStatus(url)));

  expect(statuses.sort((a, b) => a - b)).toEqual([101, refused, refused, refused]);
});

it.each([
  ['an invented ticket', 'A'.repeat(43)],
  ['something else', "' OR 1=1 --"],
  ['a very long one', 'A'.repeat(4_000)],
])('[C1] refuses %s at the handshake', async (_, ticket) => {
  const [ada] = await people(1);
  const { url } = await ticketOf(ada);

  expect(await handshakeStatus(ticketUrl({ url, ticket }))).toEqual(refused);
});

it('[C1] refuses a handshake without a ticket, with an empty one, and with a token instead', async () => {
  const [ada] = await people(1);
  const { url } = await ticketOf(ada);

  const statuses = await Promise.all(
    [url, ticketUrl({ url, ticket: '' }), `${url}?token=${ada.tokens.access_token}`].map(handshakeStatus),
  );

  expect(statuses).toEqual([401, 401, 401]);
});

it('[C1] refuses the ticket of a session that has ended since', async () => {
  const [ada] = await people(1);
  const url = ticketUrl(await ticketOf(ada));
  await ada.call('POST', '/auth/logout');

  expect(await handshakeStatus(url)).toEqual(refused);
});

it('is given to nobody without a session', async () => {
  const answer = await sharedCloud().call('POST', '/auth/ws-ticket');

  expect(problemOf(answer)).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
});

it('opens the socket of its owner: what is sent over it is theirs', async () => {
  const [ada, ben] = await people();
  const socket = await connect(ada);
  const note = bodyOf(
    await ada.call<{ convo_id: string }>('POST', '/conversations', {
      body: { type: 'direct', members: [ben.userId] },
    }),
    201,
  );

  socket.send({ action: 'message.send', convo_id: note.convo_id, client_msg_id: 'a', content: 'hello' });

  expect((await socket.next('message.create')).sender_id).toBe(ada.userId);
});
