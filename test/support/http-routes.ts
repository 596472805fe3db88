import { httpHandler } from '../../functions/lib/http.ts';
import { type Identity, signAccessToken } from '../../shared/auth/access-token.ts';
import { AppError } from '../../shared/errors.ts';
import { anIdentity, aSession, movableClock, startMs } from './builders.ts';
import { inMemoryGate, inMemoryPublicKeyStore } from './in-memory-auth.ts';
import { httpCaller, issuer, signingKeysAt } from './in-memory-aws.ts';
import { inMemorySessionStore } from './in-memory-session-store.ts';

const keys = await signingKeysAt(startMs);

/** A route of each kind. What reaches them is remembered. */
export async function routesOfEachKind() {
  const clock = movableClock();
  const sessions = inMemorySessionStore(clock);
  await sessions.add(aSession());
  const publicKeys = inMemoryPublicKeyStore(clock);
  await publicKeys.publish(keys.kid, keys.publicJwk, keys.expiresAt);
  const edge = { accepted: async () => ['the secret of the edge'] };
  const gate = inMemoryGate(sessions, clock);
  const reached: unknown[] = [];
  const reach = async <A>(request: unknown, answer: A) => {
    reached.push(request);
    return answer;
  };
  const handler = httpHandler(
    {
      'POST /auth/refresh': {
        run: async () => {
          throw new Error('table auth-x: a secret detail');
        },
      },
      'POST /auth/login': {
        run: async () => {
          throw new AppError('auth.invalid_credentials');
        },
      },
      'POST /auth/password/forgot': {
        run: (request) => reach(request, { status: 202, body: { challenge_id: 'c', expires_in: 600 } }),
      },
      'POST /auth/otp/request': {
        action: 'account.change',
        run: (request) => reach(request, { status: 202, body: { challenge_id: 'c', expires_in: 600 } }),
      },
      'GET /auth/sessions': { run: (request) => reach(request, { status: 200, body: { sessions: [] } }) },
      'GET /users': {
        action: 'user.search',
        run: (request) => reach(request, { status: 200, body: { users: [] } }),
      },
      'DELETE /me/blocks/{user_id}': { run: (request) => reach(request, { status: 204 }) },
      'POST /auth/logout': { run: (request) => reach(request, { status: 204 }) },
      'GET /.well-known/jwks.json': {
        run: async () => ({
          status: 200,
          body: { keys: [] },
          headers: { 'cache-control': 'public, max-age=300' },
        }),
      },
    },
    { publicKeys, sessions, gate, issuer, clock, edge },
  );
  const token = (identity: Identity = anIdentity()) => signAccessToken(identity, { keys, issuer, clock });
  return { clock, sessions, reached, token, handler, call: httpCaller(handler) };
}
