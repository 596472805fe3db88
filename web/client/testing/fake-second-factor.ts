/** The second factor of one account of the FakeServer. */
import { Secret, TOTP } from 'otpauth';
import type { SecondFactorView } from '../../../events/account-contracts.ts';
import { type FakeAnswer, problem } from './fake-answer.ts';

const recoveryCodes = 10;

export class FakeSecondFactor {
  readonly #now: () => number;
  #secret: Secret | undefined;
  #isActive = false;
  #recoveryCodes: string[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether it is the present code, or a recovery code, which is spent by this. */
  fits(code = ''): boolean {
    if (this.#recoveryCodes.includes(code)) {
      this.#recoveryCodes = this.#recoveryCodes.filter((other) => other !== code);
      return true;
    }
    if (this.#secret === undefined) return false;
    const totp = new TOTP({ secret: this.#secret });
    return totp.validate({ token: code, timestamp: this.#now(), window: 1 }) !== null;
  }

  /** Undefined for a route that is not about the second factor. */
  answer(route: string, code: string | undefined, email: string): FakeAnswer | undefined {
    switch (route) {
      case 'GET /auth/second-factor':
        return [200, this.#view()];
      case 'POST /auth/second-factor': {
        if (this.#isActive) return problem(409, 'auth.second_factor_exists');
        this.#secret = new Secret();
        const totp = new TOTP({ issuer: 'Confab', label: email, secret: this.#secret });
        return [201, { secret: this.#secret.base32, otpauth_url: totp.toString() }];
      }
      case 'POST /auth/second-factor/confirm':
        if (this.#secret === undefined) return problem(409, 'auth.second_factor_missing');
        if (!this.fits(code)) return problem(401, 'auth.code_invalid');
        this.#isActive = true;
        return this.#renewRecoveryCodes();
      case 'POST /auth/second-factor/recovery-codes':
        return this.#isActive ? this.#renewRecoveryCodes() : problem(409, 'auth.second_factor_missing');
      case 'DELETE /auth/second-factor':
        this.#secret = undefined;
        this.#isActive = false;
        this.#recoveryCodes = [];
        return [204];
      default:
        return undefined;
    }
  }

  #view(): SecondFactorView {
    return {
      enabled: this.#isActive,
      enabled_at: this.#isActive ? new Date(this.#now()).toISOString() : null,
      recovery_codes_left: this.#recoveryCodes.length,
    };
  }

  #renewRecoveryCodes(): FakeAnswer {
    this.#recoveryCodes = Array.from({ length: recoveryCodes }, () => new Secret({ size: 10 }).base32);
    return [200, { recovery_codes: this.#recoveryCodes }];
  }
}
