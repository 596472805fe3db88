/** The routes for one's own account, one function each. All throw as HttpClient.authorized says. */
import type * as z from 'zod/mini';
import {
  type ChallengeResponse,
  challengeResponse,
  type ReauthenticateRequest,
  recoveryCodesResponse,
  type SecondFactorEnrolment,
  type SecondFactorView,
  type SessionView,
  secondFactorEnrolment,
  secondFactorView,
  sessionsResponse,
  verifiedResponse,
} from '../../events/account-contracts.ts';
import type { PersonView } from '../../events/server-frames.ts';
import {
  blocksResponse,
  type ExportResponse,
  exportResponse,
  type Me,
  me,
  type UpdateMeRequest,
} from '../../events/user-contracts.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';
import type { Address, ChallengeAnswer } from './sign-in-api.ts';

export type AccountApi = ReturnType<typeof createAccountApi>;

export function createAccountApi(http: HttpClient) {
  type Method = HttpRequest<unknown>['method'];
  const path = (...parts: string[]) => parts.map((part) => `/${encodeURIComponent(part)}`).join('');
  const call = (method: Method, route: string, body?: unknown): Promise<void> =>
    http.authorized({ method, path: route, body });
  const ask = <T>(method: Method, route: string, response: z.ZodMiniType<T>, body?: unknown): Promise<T> =>
    http.authorized({ method, path: route, body, response });

  return {
    update: (changes: UpdateMeRequest): Promise<Me> => ask('PATCH', '/me', me, changes),

    /** `auth.reauthentication_required` for an address other than the account's own. */
    requestVerification: (address: Address): Promise<ChallengeResponse> =>
      ask('POST', '/auth/otp/request', challengeResponse, { ...address, purpose: 'verify' }),
    async verify(address: Address, answer: ChallengeAnswer): Promise<Me> {
      const body = { ...address, purpose: 'verify', ...answer };
      return (await ask('POST', '/auth/otp/verify', verifiedResponse, body)).user;
    },

    /** Ends every other session. Undefined `currentPassword`: the account has none. */
    changePassword: (currentPassword: string | undefined, newPassword: string): Promise<void> =>
      call('POST', '/auth/password', { current_password: currentPassword, new_password: newPassword }),
    /** After this, for some minutes, nothing answers `auth.reauthentication_required`. */
    reauthenticate: (proof: ReauthenticateRequest): Promise<void> =>
      call('POST', '/auth/reauthenticate', proof),

    secondFactor: (): Promise<SecondFactorView> => ask('GET', '/auth/second-factor', secondFactorView),
    beginSecondFactor: (): Promise<SecondFactorEnrolment> =>
      ask('POST', '/auth/second-factor', secondFactorEnrolment),
    /** Answers the recovery codes, once and never again. */
    async confirmSecondFactor(code: string): Promise<string[]> {
      const answer = await ask('POST', '/auth/second-factor/confirm', recoveryCodesResponse, { code });
      return answer.recovery_codes;
    },
    async newRecoveryCodes(): Promise<string[]> {
      const answer = await ask('POST', '/auth/second-factor/recovery-codes', recoveryCodesResponse);
      return answer.recovery_codes;
    },
    removeSecondFactor: (): Promise<void> => call('DELETE', '/auth/second-factor'),

    async sessions(): Promise<SessionView[]> {
      return (await ask('GET', '/auth/sessions', sessionsResponse)).sessions;
    },
    endSession: (sessionId: string): Promise<void> => call('DELETE', path('auth', 'sessions', sessionId)),
    endOtherSessions: (): Promise<void> => call('DELETE', '/auth/sessions'),

    async blocked(): Promise<PersonView[]> {
      return (await ask('GET', '/me/blocks', blocksResponse)).users;
    },
    block: (userId: string): Promise<void> => call('PUT', path('me', 'blocks', userId)),
    unblock: (userId: string): Promise<void> => call('DELETE', path('me', 'blocks', userId)),

    exportPage: (cursor: string | undefined, signal: AbortSignal): Promise<ExportResponse> =>
      http.authorized({
        method: 'GET',
        path: '/me/export',
        query: { cursor },
        response: exportResponse,
        signal,
      }),
    erase: (): Promise<void> => call('DELETE', '/me'),
  };
}
