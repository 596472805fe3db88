/** Signing up and in, one-time codes, sessions, passwords, the second factor. Bodies of the HTTP API, snake_case. */
import * as z from 'zod/mini';
import { limits } from '../shared/limits.ts';
import { displayName, email, handle, newPassword, password, phone, wellFormed } from './fields.ts';
import { me } from './user-contracts.ts';

const secret = z.string().check(z.maxLength(256));
const digits = z.string().check(z.regex(/^\d{6}$/, 'has six digits'));
/** A wrong one costs a try, so it need not look right. */
const code = z.string().check(z.minLength(1), z.maxLength(32), wellFormed);

export const codePurpose = z.enum(['verify', 'login', 'reset']);

/** An e-mail address or a phone number. */
const address = { email: z.optional(email), phone: z.optional(phone) };
const oneAddress = z.refine<{ email?: string | undefined; phone?: string | undefined }>(
  (body) => (body.email === undefined) !== (body.phone === undefined),
  'name either email or phone',
);

export const registerRequest = z.object({ email, password: newPassword, handle, display_name: displayName });
export const loginRequest = z.object({
  email: z.string().check(z.maxLength(limits.emailMaxChars), wellFormed),
  password,
});
export const refreshRequest = z.object({ refresh_token: secret });

/** `expires_in` is the access token's life in seconds. */
export const tokensResponse = z.object({
  user: me,
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.int(),
  session_id: z.string(),
});

/** Names the request for a code; verify it together with the code within `expires_in` seconds. */
export const challengeResponse = z.object({ challenge_id: z.string(), expires_in: z.int() });

/** The tokens of the first session, and the request whose code went to the address. */
export const registerResponse = z.extend(tokensResponse, { email_verification: challengeResponse });

/** The password or the code was right; POST /auth/second-factor/verify asks for the rest. */
export const secondFactorRequired = z.extend(challengeResponse, {
  status: z.literal('second_factor_required'),
});

const answeredChallenge = { challenge_id: secret, code };
const requestedPurpose = { purpose: z.enum(['verify', 'login']) };
export const codeRequest = z.object({ ...address, ...requestedPurpose }).check(oneAddress);
export const codeVerifyRequest = z
  .object({ ...address, ...requestedPurpose, ...answeredChallenge })
  .check(oneAddress);
/** After `verify`: the account with its new address. */
export const verifiedResponse = z.object({ user: me });
/** After `login` the tokens, after `verify` the account. */
export const codeVerifiedResponse = z.union([tokensResponse, verifiedResponse]);

export const forgotPasswordRequest = z.object(address).check(oneAddress);
export const resetPasswordRequest = z
  .object({ ...address, ...answeredChallenge, new_password: newPassword })
  .check(oneAddress);
/** An account without a password leaves `current_password` out, and must have authenticated recently. */
export const changePasswordRequest = z.object({
  current_password: z.optional(password),
  new_password: newPassword,
});
/** The password, or a code of purpose `login` that went to an address of the account. */
export const reauthenticateRequest = z.union([
  z.object({ password }),
  z.object({ ...address, ...answeredChallenge }).check(oneAddress),
]);

export const secondFactorView = z.object({
  enabled: z.boolean(),
  enabled_at: z.nullable(z.string()),
  recovery_codes_left: z.int(),
});
/** For an authenticator app: the secret in Base32, and the same as `otpauth://` for a QR code. */
export const secondFactorEnrolment = z.object({ secret: z.string(), otpauth_url: z.string() });
export const confirmSecondFactorRequest = z.object({ code: digits });
/** Shown once; each works once in place of a code. */
export const recoveryCodesResponse = z.object({ recovery_codes: z.array(z.string()) });
export const secondFactorVerifyRequest = z.object(answeredChallenge);

export const sessionView = z.object({
  session_id: z.string(),
  /** Whether it is the session that asks. */
  current: z.boolean(),
  /** As the browser or app names itself; null when it does not. */
  user_agent: z.nullable(z.string()),
  /** Where it was used last: an IP address. */
  ip: z.nullable(z.string()),
  created_at: z.string(),
  last_used_at: z.string(),
  expires_at: z.string(),
});
export const sessionsResponse = z.object({ sessions: z.array(sessionView) });

/** Connect to `url` with `?ticket=<ticket>` within `expires_in` seconds, once. */
export const ticketResponse = z.object({ ticket: z.string(), url: z.string(), expires_in: z.int() });

/** RFC 7517. */
export const jwksResponse = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

export type RegisterRequest = z.infer<typeof registerRequest>;
export type RegisterResponse = z.infer<typeof registerResponse>;
export type LoginRequest = z.infer<typeof loginRequest>;
export type TokensResponse = z.infer<typeof tokensResponse>;
export type ChallengeResponse = z.infer<typeof challengeResponse>;
export type SecondFactorRequired = z.infer<typeof secondFactorRequired>;
export type CodePurpose = z.infer<typeof codePurpose>;
export type CodeRequest = z.infer<typeof codeRequest>;
export type CodeVerifyRequest = z.infer<typeof codeVerifyRequest>;
export type ForgotPasswordRequest = z.infer<typeof forgotPasswordRequest>;
export type ResetPasswordRequest = z.infer<typeof resetPasswordRequest>;
export type ChangePasswordRequest = z.infer<typeof changePasswordRequest>;
export type ReauthenticateRequest = z.infer<typeof reauthenticateRequest>;
export type SecondFactorView = z.infer<typeof secondFactorView>;
export type SecondFactorEnrolment = z.infer<typeof secondFactorEnrolment>;
export type SessionView = z.infer<typeof sessionView>;
export type TicketResponse = z.infer<typeof ticketResponse>;
