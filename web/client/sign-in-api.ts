/** The routes for who is not signed in yet, one function each. All throw ProblemError and UnreachableError. */
import * as z from 'zod/mini';
import {
  type ChallengeResponse,
  challengeResponse,
  type LoginRequest,
  type RegisterRequest,
  registerResponse,
  type SecondFactorRequired,
  secondFactorRequired,
  type TokensResponse,
  tokensResponse,
} from '../../events/account-contracts.ts';
import type { HttpClient } from './http-client.ts';

/** Where a code goes: an e-mail address, or a phone number in the form +4915112345678. */
export type Address = { readonly email: string } | { readonly phone: string };

/** Names the request for a code, and holds the code that came. */
export interface ChallengeAnswer {
  readonly challenge_id: string;
  readonly code: string;
}

/** Signed in, or the account asks for its second factor: see `verifySecondFactor`. */
export type SignInStep =
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'second-factor'; readonly challenge: ChallengeResponse };

export type SignInApi = ReturnType<typeof createSignInApi>;

const signInResponse = z.union([tokensResponse, secondFactorRequired]);

export function createSignInApi(http: HttpClient) {
  function post<T>(path: string, body: unknown, response?: z.ZodMiniType<T>): Promise<T> {
    return http.anonymous({ method: 'POST', path, body, ...(response && { response }) });
  }

  function step(answer: TokensResponse | SecondFactorRequired): SignInStep {
    if ('status' in answer) {
      const { challenge_id, expires_in } = answer;
      return { kind: 'second-factor', challenge: { challenge_id, expires_in } };
    }
    http.adopt(answer);
    return { kind: 'signed-in' };
  }

  return {
    /** Answers the request whose code goes to the address. */
    async register(body: RegisterRequest): Promise<ChallengeResponse> {
      const { email_verification: verification, ...tokens } = await post(
        '/auth/register',
        body,
        registerResponse,
      );
      http.adopt(tokens);
      return verification;
    },
    async logIn(body: LoginRequest): Promise<SignInStep> {
      return step(await post('/auth/login', body, signInResponse));
    },
    requestLogInCode(address: Address): Promise<ChallengeResponse> {
      return post('/auth/otp/request', { ...address, purpose: 'login' }, challengeResponse);
    },
    async logInWithCode(address: Address, answer: ChallengeAnswer): Promise<SignInStep> {
      return step(
        await post('/auth/otp/verify', { ...address, purpose: 'login', ...answer }, signInResponse),
      );
    },
    /** `code`: of the authenticator app, or a recovery code. */
    async verifySecondFactor(answer: ChallengeAnswer): Promise<void> {
      http.adopt(await post('/auth/second-factor/verify', answer, tokensResponse));
    },
    requestResetCode(address: Address): Promise<ChallengeResponse> {
      return post('/auth/password/forgot', address, challengeResponse);
    },
    /** Ends every session of the account; sign in with the new password then. */
    resetPassword(address: Address, answer: ChallengeAnswer, newPassword: string): Promise<void> {
      return post('/auth/password/reset', { ...address, ...answer, new_password: newPassword });
    },
  };
}
