import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { TicketResponse, TokensResponse } from '../../events/account-contracts.ts';
import type { HistoryResponse, MessageView } from '../../events/http-contracts.ts';
import type { ConversationView, MessageAck } from '../../events/server-frames.ts';
import { bodyOf, type HttpAnswer, type HttpCall, type HttpClient } from './client.ts';
import { TestSocket } from './socket.ts';

export const testPassword = 'correct horse battery staple';

/** Somebody who is signed in. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly handle: string;
  readonly tokens: TokensResponse;
  readonly http: HttpClient;
  /** As this person; the answer whatever its status is. */
  call<T = unknown>(method: string, path: string, call?: Omit<HttpCall, 'token'>): Promise<HttpAnswer<T>>;
  /** One more device: a ticket, then a socket with it. */
  connect(): Promise<TestSocket>;
}

const handleSuffix = () => randomBytes(6).toString('hex');

/** Registers somebody nobody else has ever met. */
export async function newPerson(http: HttpClient, name = 'person'): Promise<Person> {
  const handle = `${name}-${handleSuffix()}`;
  const body = { email: `${handle}@example.test`, password: testPassword, handle, display_name: name };
  const answer = await patiently(() => http.call<TokensResponse>('POST', '/auth/register', { body }));
  return signedIn(http, bodyOf(answer, 201));
}

export async function newPeople(http: HttpClient, count: number): Promise<Person[]> {
  return await Promise.all(
    Array.from({ length: count }, (_, index) => newPerson(http, `person${index + 1}`)),
  );
}

export function signedIn(http: HttpClient, tokens: TokensResponse): Person {
  const token = tokens.access_token;
  const call = <T>(method: string, path: string, options: Omit<HttpCall, 'token'> = {}) =>
    http.call<T>(method, path, { ...options, token });
  return {
    userId: tokens.user.user_id,
    email: tokens.user.email,
    handle: tokens.user.handle,
    tokens,
    http,
    call,
    async connect() {
      const ticket = bodyOf(await patiently(() => call<TicketResponse>('POST', '/auth/ws-ticket')));
      return await TestSocket.open(ticketUrl(ticket));
    },
  };
}

export function ticketUrl({ url, ticket }: Pick<TicketResponse, 'url' | 'ticket'>): string {
  return `${url}?ticket=${encodeURIComponent(ticket)}`;
}

export async function openDirect(a: Person, b: Person): Promise<ConversationView> {
  const answer = await a.call<ConversationView>('POST', '/conversations', {
    body: { type: 'direct', members: [b.userId] },
  });
  return bodyOf(answer, answer.status === 200 ? 200 : 201);
}

export async function openGroup(
  owner: Person,
  others: readonly Person[],
  title = 'a group',
): Promise<ConversationView> {
  const body = { type: 'group', title, members: others.map(({ userId }) => userId) };
  return bodyOf(await patiently(() => owner.call<ConversationView>('POST', '/conversations', { body })), 201);
}

/** Sends a message; `client_msg_id` is a new one unless given. Does not wait. */
export function send(
  socket: TestSocket,
  message: { convo_id: string; content: string; client_msg_id?: string; [more: string]: unknown },
): string {
  const clientMsgId = message.client_msg_id ?? newClientMsgId();
  socket.send({ action: 'message.send', ...message, client_msg_id: clientMsgId });
  return clientMsgId;
}

export function newClientMsgId(): string {
  return randomBytes(9).toString('base64url');
}

/** Sends a message and waits until it is stored. */
export async function say(
  socket: TestSocket,
  convoId: string,
  content: string,
): Promise<Exclude<MessageAck, { status: 'rejected' }>> {
  const id = send(socket, { convo_id: convoId, content });
  const outcome = await socket.until(`the outcome of ${id}`, () => {
    return [...socket.all('message.ack'), ...socket.all('error')].find((event) => event.client_msg_id === id);
  });
  if (outcome.type === 'error' || outcome.status !== 'persisted')
    throw new Error(`not persisted: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** All messages of a conversation, page by page, as a client with nothing would fetch them. */
export async function wholeHistory(person: Person, convoId: string, limit = 100): Promise<MessageView[]> {
  const messages: MessageView[] = [];
  for (;;) {
    const since = messages.at(-1)?.seq_no ?? 0;
    const path = `/conversations/${convoId}/messages?since_seq=${since}&limit=${limit}`;
    const page = bodyOf(await person.call<HistoryResponse>('GET', path));
    messages.push(...page.messages);
    if (!page.has_more) return messages;
  }
}

/** Asks again while the answer is 429, as long as it says: several runs may share one address and its bucket. */
async function patiently<T>(ask: () => Promise<HttpAnswer<T>>): Promise<HttpAnswer<T>> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 429) return answer;
    await pause(Number(answer.headers.get('retry-after') ?? 1) * 1_000);
  }
}
