import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { recoveryCodesResponse, secondFactorEnrolment } from '../../events/account-contracts.ts';
import { systemClock } from '../../shared/clock.ts';
import { limits } from '../../shared/limits.ts';
import { httpFunction } from '../../test/support/http-function.ts';
import type { SignedIn } from '../../test/support/in-memory-aws.ts';
import { signedInLongAgo } from '../../test/support/session-rows.ts';

const { database, call, refusal, somebody } = httpFunction(() => import('./account.ts'));

describe('the second factor', () => {
  const view = async ({ token }: SignedIn) => (await call('GET /auth/second-factor', { token })).body;
  const codeOf = (secret: string) => new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  /** Those of the next and the last two minutes. */
  const nearbyCodes = (secret: string) =>
    new Set(
      [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((steps) =>
        new TOTP({ secret: Secret.fromBase32(secret) }).generate({
          timestamp: systemClock.now() + steps * 30_000,
        }),
      ),
    );
  const off = { enabled: false, enabled_at: null, recovery_codes_left: 0 };

  it('[I5] is set up with a first code, shown in numbers only, renewed and removed', async () => {
    const anna = await somebody();
    const { token } = anna;
    expect(await view(anna)).toEqual(off);
    const started = await call('POST /auth/second-factor', { token });
    expect(started.status).toBe(201);
    const { secret } = secondFactorEnrolment.parse(started.body);
    expect(await view(anna)).toEqual(off);
    const confirmed = await call('POST /auth/second-factor/confirm', {
      token,
      body: { code: codeOf(secret) },
    });
    expect(recoveryCodesResponse.parse(confirmed.body).recovery_codes).toHaveLength(limits.recoveryCodes);
    expect(await view(anna)).toMatchObject({ enabled: true, recovery_codes_left: limits.recoveryCodes });
    expect(await refusal('POST /auth/second-factor', { token })).toMatchObject({
      status: 409,
      code: 'auth.second_factor_exists',
    });
    const renewed = await call('POST /auth/second-factor/recovery-codes', { token });
    expect(renewed.body).not.toEqual(confirmed.body);
    expect((await call('DELETE /auth/second-factor', { token })).status).toBe(204);
    expect(await view(anna)).toEqual(off);
    expect(await refusal('DELETE /auth/second-factor', { token })).toMatchObject({
      code: 'auth.second_factor_missing',
    });
  });

  it('[I7] is set up, renewed and removed after a recent proof only', async () => {
    const anna = await somebody();
    await signedInLongAgo(database(), anna);
    const { token } = anna;
    for (const route of [
      'POST /auth/second-factor',
      'POST /auth/second-factor/recovery-codes',
      'DELETE /auth/second-factor',
    ]) {
      expect(await refusal(route, { token })).toMatchObject({
        status: 403,
        code: 'auth.reauthentication_required',
      });
    }
    expect(await view(anna)).toEqual(off);
  });

  it('[I5] is not confirmed with a wrong code, or before it was begun', async () => {
    const anna = await somebody();
    const request = { token: anna.token, body: { code: '000000' } };
    expect(await refusal('POST /auth/second-factor/confirm', request)).toMatchObject({
      code: 'auth.second_factor_missing',
    });
    const started = await call('POST /auth/second-factor', { token: anna.token });
    const right = nearbyCodes(secondFactorEnrolment.parse(started.body).secret);
    const code = ['000000', '111111', '222222', '333333', '444444', '555555'].find((one) => !right.has(one));
    expect(
      await refusal('POST /auth/second-factor/confirm', { token: anna.token, body: { code } }),
    ).toMatchObject({ status: 401, code: 'auth.code_invalid' });
    expect(await view(anna)).toEqual(off);
  });
});
