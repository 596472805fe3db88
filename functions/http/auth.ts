/** Signing up and in, and everything that answers with tokens: the only function that reads the signing secret. */
import type { SecondFactorRequired, TokensResponse } from '../../events/account-contracts.ts';
import { logIn } from '../../shared/auth/log-in.ts';
import { logInByCode } from '../../shared/auth/log-in-by-code.ts';
import { openSession } from '../../shared/auth/open-session.ts';
import { refreshSession } from '../../shared/auth/refresh-session.ts';
import { register } from '../../shared/auth/register.ts';
import { verifyAddressByCode } from '../../shared/auth/verify-address.ts';
import { verifySecondFactor } from '../../shared/auth/verify-second-factor.ts';
import { addressOf } from '../../shared/codes/code.ts';
import { AppError } from '../../shared/errors.ts';
import { networkOf } from '../../shared/network.ts';
import { meView } from '../../shared/users/user.ts';
import { authDeps } from '../lib/auth-deps.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { anonymous, httpHandler } from '../lib/http.ts';

const env = environment('http/auth');
const auth = authDeps(env);

export const handler = httpHandler(
  {
    'POST /auth/register': {
      async run({ body: request, device }) {
        await auth.limiter.take('register.ip', networkOf(device.ip));
        return { status: 201, body: await register({ request, device }, await auth.signing()) };
      },
    },

    'POST /auth/login': {
      async run({ body, device }) {
        await auth.limiter.take('login.ip', networkOf(device.ip));
        return signedIn(await logIn({ ...body, device }, await auth.signing()));
      },
    },

    'POST /auth/refresh': {
      async run({ body, device: { ip } }) {
        await auth.limiter.take('refresh.ip', networkOf(ip));
        const request = { token: body.refresh_token, ip };
        return { status: 200, body: await refreshSession(request, await auth.refreshing()) };
      },
    },

    'POST /auth/otp/verify': {
      async run({ body, identity, device }) {
        await auth.limiter.take('code.check.ip', networkOf(device.ip));
        const answer = { to: addressOf(body), challengeId: body.challenge_id, code: body.code };
        if (body.purpose === 'login')
          return signedIn(await logInByCode({ ...answer, device }, await auth.signing()));
        if (identity === anonymous) throw new AppError('auth.unauthenticated');
        return { status: 200, body: { user: meView(await verifyAddressByCode(identity, answer, auth)) } };
      },
    },

    'POST /auth/second-factor/verify': {
      async run({ body: { challenge_id: challengeId, code }, device }) {
        await auth.limiter.take('code.check.ip', networkOf(device.ip));
        const { userId, checked } = await verifySecondFactor({ challengeId, code }, auth);
        const proof = { device, checked, refusal: 'auth.code_invalid' } as const;
        return { status: 200, body: await openSession(userId, proof, await auth.signing()) };
      },
    },

    'GET /.well-known/jwks.json': {
      async run() {
        const keys = await auth.publicKeys();
        return { status: 200, body: { keys }, headers: { 'cache-control': 'public, max-age=300' } };
      },
    },
  },
  { ...deps.authentication(env), edge: deps.edgeSecret(env) },
);

function signedIn(outcome: TokensResponse | SecondFactorRequired) {
  return 'status' in outcome
    ? ({ status: 202, body: outcome } as const)
    : ({ status: 200, body: outcome } as const);
}
