/** Accounts and sessions: the only function that reads credentials or the signing secret. */
import { loginRequest, refreshRequest, registerRequest } from '../../events/http-contracts.ts';
import type { Identity } from '../../shared/auth/access-token.ts';
import { endSession } from '../../shared/auth/end-session.ts';
import type { TokenDeps } from '../../shared/auth/issue-tokens.ts';
import { logIn } from '../../shared/auth/log-in.ts';
import { refreshSession } from '../../shared/auth/refresh-session.ts';
import { register } from '../../shared/auth/register.ts';
import { publishedSigningKeys } from '../../shared/auth/signing-keys.ts';
import { issueTicket } from '../../shared/auth/ticket.ts';
import { systemClock } from '../../shared/clock.ts';
import { randomIds, sha256 } from '../../shared/ids.ts';
import { foldCase } from '../../shared/text.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { httpHandler, route } from '../lib/http.ts';

const env = environment('http/auth');
const publicKeys = deps.publicKeys(env);
const sessions = deps.sessions(env);
const socketDeps = { connections: deps.connections(env), gateway: deps.sockets(env) };
const end = (identity: Identity) => endSession(identity, { sessions, ...socketDeps });
const limiter = deps.anonymousLimiter(env);
const signingKeys = publishedSigningKeys(deps.signingSecret(env), publicKeys, systemClock);
const stores = { accounts: deps.accounts(env), sessions, users: deps.users(env), ids: randomIds };
const ticketDeps = {
  tickets: deps.tickets(env),
  ids: randomIds,
  clock: systemClock,
  webSocketUrl: env.WEBSOCKET_URL,
};

async function tokenDeps(): Promise<TokenDeps> {
  return { keys: await signingKeys(), issuer: env.TOKEN_ISSUER, clock: systemClock };
}

export const handler = httpHandler(
  {
    'POST /auth/register': route({
      body: registerRequest,
      async run({ body, sourceIp }) {
        await limiter.take('register.ip', sourceIp);
        return { status: 201, body: await register(body, { ...stores, ...(await tokenDeps()) }) };
      },
    }),

    'POST /auth/login': route({
      body: loginRequest,
      async run({ body, sourceIp }) {
        await limiter.take('login.ip', sourceIp);
        await limiter.take('login.account', sha256(foldCase(body.email)));
        return { status: 200, body: await logIn(body, { ...stores, ...(await tokenDeps()) }) };
      },
    }),

    'POST /auth/refresh': route({
      body: refreshRequest,
      async run({ body }) {
        return {
          status: 200,
          body: await refreshSession(body.refresh_token, {
            ...stores,
            sessions: { ...sessions, end },
            ...(await tokenDeps()),
          }),
        };
      },
    }),

    'POST /auth/logout': route({
      async run({ identity }) {
        await end(identity);
        return { status: 204 };
      },
    }),

    'POST /auth/ws-ticket': route({
      action: 'ws.ticket',
      async run({ identity }) {
        return { status: 200, body: await issueTicket(identity, ticketDeps) };
      },
    }),

    'GET /.well-known/jwks.json': route({
      async run() {
        await signingKeys();
        const keys = await publicKeys.list();
        return { status: 200, body: { keys }, headers: { 'cache-control': 'public, max-age=300' } };
      },
    }),
  },
  { ...deps.authentication(env), publicKeys, sessions },
);
