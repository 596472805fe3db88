import { ticketResponse, tokensResponse } from '../../events/account-contracts.ts';
import type { ClientFrame } from '../../events/client-frames.ts';
import { type MessageAck, type ServerEvent, serverFrame } from '../../events/server-frames.ts';
import type { Me } from '../../events/user-contracts.ts';
import { type Api, ApiError } from './api-client.ts';

export interface DemoAccount {
  readonly handle: string;
  readonly displayName: string;
  readonly email: string;
  readonly password: string;
}

export interface DemoPerson {
  readonly user: Me;
  readonly accessToken: string;
  /** Sends a message over the socket; resolves when it is committed, at once or in an earlier run. */
  say(convoId: string, clientMsgId: string, content: string): Promise<void>;
  leave(): void;
}

const ackTimeoutMs = 20_000;

/** Signs the person in, after registering them if need be, and connects them. */
export async function bringPerson(api: Api, account: DemoAccount): Promise<DemoPerson> {
  const { user, access_token: accessToken } = await signIn(api, account);
  const { ticket, url } = await api.call('POST /auth/ws-ticket', { schema: ticketResponse, accessToken });
  const socket = new WebSocket(`${url}?ticket=${encodeURIComponent(ticket)}`);
  const acks = listen(socket);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error(`${user.handle} cannot connect to ${url}`)), {
      once: true,
    });
  });

  return {
    user,
    accessToken,
    async say(convoId, clientMsgId, content) {
      const frame: ClientFrame = {
        action: 'message.send',
        convo_id: convoId,
        client_msg_id: clientMsgId,
        content,
      };
      const ack = acks.next(clientMsgId);
      socket.send(JSON.stringify(frame));
      await ack;
    },
    leave: () => socket.close(),
  };
}

async function signIn(api: Api, { handle, displayName, email, password }: DemoAccount) {
  try {
    const body = { email, password, handle, display_name: displayName };
    return await api.call('POST /auth/register', { schema: tokensResponse, body });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'auth.handle_taken')) throw error;
    return api.call('POST /auth/login', { schema: tokensResponse, body: { email, password } });
  }
}

/** Hears the answers to sent messages. */
function listen(socket: WebSocket): { next(clientMsgId: string): Promise<void> } {
  const waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();

  const settle = (clientMsgId: string, problem?: string): void => {
    const waiter = waiting.get(clientMsgId);
    waiting.delete(clientMsgId);
    if (problem === undefined) waiter?.resolve();
    else waiter?.reject(new Error(`The message ${clientMsgId} is not stored: ${problem}`));
  };
  const hear = (event: ServerEvent): void => {
    if (event.type === 'message.ack') settle(event.client_msg_id, refusal(event));
    else if (event.type === 'error' && event.client_msg_id) settle(event.client_msg_id, event.detail);
  };
  socket.addEventListener('message', ({ data }) => {
    const frame = serverFrame.parse(JSON.parse(String(data)));
    if (frame.type === 'batch') frame.events.forEach(hear);
    else hear(frame);
  });
  socket.addEventListener('close', ({ code }) => {
    for (const clientMsgId of waiting.keys()) settle(clientMsgId, `the socket closed with ${code}`);
  });

  return {
    next(clientMsgId) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.set(clientMsgId, { resolve, reject });
      const timer = setTimeout(() => settle(clientMsgId, 'no answer came'), ackTimeoutMs);
      return promise.finally(() => clearTimeout(timer));
    },
  };
}

function refusal(ack: MessageAck): string | undefined {
  return ack.status === 'rejected' ? `${ack.error.code}: ${ack.error.detail}` : undefined;
}
