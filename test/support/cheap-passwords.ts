/**
 * In place of shared/auth/password.ts where a test needs many passwords and none of argon2:
 * `vi.mock('./password.ts', () => import('../../test/support/cheap-passwords.ts'))`.
 */
export const passwordCalls = { hashed: 0, verified: 0 };

export async function hashPassword(password: string): Promise<string> {
  passwordCalls.hashed += 1;
  return `hash of ${password}`;
}

export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  passwordCalls.verified += 1;
  return hash === `hash of ${password}`;
}

export const needsRehash = (): boolean => false;
export const unmatchableHash = async (): Promise<string> => 'unmatchable';
