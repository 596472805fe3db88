/** One's own account: sessions and their end, tickets for sockets, codes, the password, the second factor. */
import { changePassword } from '../../shared/auth/change-password.ts';
import { endOneSession, endOtherSessions, endSessions } from '../../shared/auth/end-sessions.ts';
import {
  confirmSecondFactor,
  removeSecondFactor,
  renewRecoveryCodes,
  startSecondFactor,
  viewSecondFactor,
} from '../../shared/auth/enrol-second-factor.ts';
import { listSessions } from '../../shared/auth/list-sessions.ts';
import { reauthenticate } from '../../shared/auth/reauthenticate.ts';
import { requireRecentAuthentication } from '../../shared/auth/recent-authentication.ts';
import { requestAccountCode } from '../../shared/auth/request-account-code.ts';
import { resetPassword } from '../../shared/auth/reset-password.ts';
import { issueTicket } from '../../shared/auth/ticket.ts';
import { addressOf } from '../../shared/codes/code.ts';
import { requestCode } from '../../shared/codes/request-code.ts';
import { networkOf } from '../../shared/network.ts';
import { accountDeps } from '../lib/account-deps.ts';
import * as deps from '../lib/deps.ts';
import { environment } from '../lib/environment.ts';
import { anonymous, httpHandler, type Routes } from '../lib/http.ts';

const env = environment('http/account');
const account = accountDeps(env);

const sessionRoutes: Routes = {
  'POST /auth/logout': {
    async run({ identity, device }) {
      await account.limiter.take('logout.ip', networkOf(device.ip));
      await endSessions(identity.userId, [identity.sessionId], account);
      return { status: 204 };
    },
  },

  'GET /auth/sessions': {
    action: 'session.change',
    async run({ identity }) {
      return { status: 200, body: { sessions: await listSessions(identity, account) } };
    },
  },

  'DELETE /auth/sessions': {
    action: 'session.change',
    async run({ identity }) {
      await endOtherSessions(identity, account);
      return { status: 204 };
    },
  },

  'DELETE /auth/sessions/{id}': {
    action: 'session.change',
    async run({ identity, path }) {
      await endOneSession(identity, path.id ?? '', account);
      return { status: 204 };
    },
  },

  'POST /auth/ws-ticket': {
    action: 'ws.ticket',
    async run({ identity }) {
      return { status: 200, body: await issueTicket(identity, account) };
    },
  },
};

const codeRoutes: Routes = {
  'POST /auth/otp/request': {
    action: 'account.change',
    async run({ body, identity, device }) {
      const caller = identity === anonymous ? undefined : identity;
      const request = { request: body, identity: caller, ip: device.ip };
      return { status: 202, body: await requestAccountCode(request, account) };
    },
  },

  'POST /auth/password/forgot': {
    async run({ body, device }) {
      const request = { purpose: 'reset', to: addressOf(body), userId: null, ip: device.ip } as const;
      return { status: 202, body: await requestCode(request, account) };
    },
  },

  'POST /auth/password/reset': {
    async run({ body, device }) {
      await account.limiter.take('code.check.ip', networkOf(device.ip));
      const { challenge_id: challengeId, code, new_password: newPassword } = body;
      await resetPassword({ to: addressOf(body), challengeId, code, newPassword }, account);
      return { status: 204 };
    },
  },
};

const passwordRoutes: Routes = {
  'POST /auth/password': {
    action: 'account.change',
    async run({ identity, body }) {
      await changePassword(identity, body, account);
      return { status: 204 };
    },
  },

  'POST /auth/reauthenticate': {
    action: 'account.change',
    async run({ identity, body }) {
      await reauthenticate(identity, body, account);
      return { status: 204 };
    },
  },
};

/** Whoever may change it could lock its owner out: a session alone is not enough, but for what was begun with more. */
const secondFactorRoutes: Routes = {
  'GET /auth/second-factor': {
    async run({ identity }) {
      return { status: 200, body: await viewSecondFactor(identity.userId, account) };
    },
  },

  'POST /auth/second-factor': {
    action: 'account.change',
    async run({ identity }) {
      await requireRecentAuthentication(identity, account);
      return { status: 201, body: await startSecondFactor(identity.userId, account) };
    },
  },

  'POST /auth/second-factor/confirm': {
    action: 'account.change',
    async run({ identity, body }) {
      const recovery_codes = await confirmSecondFactor(identity.userId, body.code, account);
      return { status: 200, body: { recovery_codes } };
    },
  },

  'POST /auth/second-factor/recovery-codes': {
    action: 'account.change',
    async run({ identity }) {
      await requireRecentAuthentication(identity, account);
      return { status: 200, body: { recovery_codes: await renewRecoveryCodes(identity.userId, account) } };
    },
  },

  'DELETE /auth/second-factor': {
    action: 'account.change',
    async run({ identity }) {
      await requireRecentAuthentication(identity, account);
      await removeSecondFactor(identity.userId, account);
      return { status: 204 };
    },
  },
};

export const handler = httpHandler(
  { ...sessionRoutes, ...codeRoutes, ...passwordRoutes, ...secondFactorRoutes },
  { ...deps.authentication(env), edge: deps.edgeSecret(env) },
);
