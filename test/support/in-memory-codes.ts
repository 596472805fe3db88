/** What one-time codes need, in memory: the rows, the queue's door, the limits, and all of it put together. */
import type { CodePurpose } from '../../events/account-contracts.ts';
import type { AccountEvent, CodeRequested } from '../../events/account-event.ts';
import type { AccountEvents } from '../../shared/account-events/account-events.ts';
import type { AccountStore, Address, AddressHolder } from '../../shared/auth/account-store.ts';
import type { SubjectLimiter } from '../../shared/auth/dynamo-gate.ts';
import type { Clock } from '../../shared/clock.ts';
import { checkCode } from '../../shared/codes/check-code.ts';
import { addressHash } from '../../shared/codes/code.ts';
import type { CodeStore, StoredCode } from '../../shared/codes/code-store.ts';
import { deliverCode } from '../../shared/codes/deliver-code.ts';
import { requestCode } from '../../shared/codes/request-code.ts';
import { AppError } from '../../shared/errors.ts';
import { limits, type SubjectAction } from '../../shared/limits.ts';
import { countingIds, movableClock } from './builders.ts';
import { codeIn, rememberingMailer, rememberingTexter } from './in-memory-mail.ts';
import { seededRandom } from './seeded-random.ts';

type Row = Omit<StoredCode, 'codeHash'> & { codeHash: string | undefined; tries: number; sent: boolean };

/** `pause` lets others in before each operation; the operations themselves are atomic, as DynamoDB's are. */
export function inMemoryCodeStore(pause: () => Promise<unknown> = async () => undefined): CodeStore {
  const rows = new Map<string, Row>();
  return {
    async put(subject, code) {
      await pause();
      const row = rows.get(subject);
      const isSame = row?.challengeHash === code.challengeHash;
      if (row && isSame && row.sent) return 'repeated';
      if (row && !isSame && row.requestedAtMs > code.requestedAtMs) return 'superseded';
      rows.set(subject, { ...code, tries: 0, sent: false });
      return 'written';
    },
    async markSent(subject, codeHash) {
      await pause();
      const row = rows.get(subject);
      if (row?.codeHash === codeHash) row.sent = true;
    },
    async attempt(subject, challengeHash, nowSeconds) {
      await pause();
      const row = rows.get(subject);
      if (!row || row.challengeHash !== challengeHash || row.codeHash === undefined) return undefined;
      if (row.tries >= limits.codeTriesMax || row.expiresAt <= nowSeconds) return undefined;
      row.tries += 1;
      return { codeHash: row.codeHash, userId: row.userId };
    },
    async consume(subject, codeHash) {
      await pause();
      const row = rows.get(subject);
      if (row?.codeHash !== codeHash) return false;
      Object.assign(row, { codeHash: undefined, sent: true });
      return true;
    },
  };
}

/** Remembers what was published, as the queue would hold it. */
export function inMemoryAccountEvents(clock: Clock): AccountEvents & { readonly published: AccountEvent[] } {
  const published: AccountEvent[] = [];
  return {
    published,
    async publish(body) {
      published.push({ ...body, version: 1, occurred_at_ms: clock.now() });
    },
  };
}

/** Remembers which tokens were taken; refuses those of the named actions. */
export function rememberingLimiter(): SubjectLimiter & {
  readonly taken: [SubjectAction, string][];
  readonly empty: Set<SubjectAction>;
} {
  const taken: [SubjectAction, string][] = [];
  const empty = new Set<SubjectAction>();
  return {
    taken,
    empty,
    async take(action, subject) {
      taken.push([action, subject]);
      if (empty.has(action)) throw new AppError('rate_limited', undefined, { retryAfterMs: 1_000 });
    },
  };
}

export const emailOf = (name: string): Address => ({ channel: 'email', address: `${name}@example.org` });
export const phoneOf = (digits: string): Address => ({ channel: 'sms', address: `+4915112${digits}` });

/** Whose addresses are whose, as far as codes ask. */
export function inMemoryHolders() {
  const holders = new Map<string, AddressHolder>();
  const erased = new Set<string>();
  return {
    erase: (userId: string) => void erased.add(userId),
    hold(to: Address, userId: string, verified = true): void {
      holders.set(addressHash(to), { userId, passwordHash: undefined, verified });
    },
    holder: async (to) => holders.get(addressHash(to)),
    credentials: async (userId) => (erased.has(userId) ? undefined : { userId, passwordHash: undefined }),
  } satisfies Pick<AccountStore, 'holder' | 'credentials'> & Record<string, unknown>;
}

export interface AskedCode {
  readonly purpose: CodePurpose;
  readonly to: Address;
  readonly userId: string | null;
}

/** Codes from the request to the answer. `codes` may be a real store. */
export function codesUnderTest({ codes = inMemoryCodeStore(), seed = 1 } = {}) {
  const clock = movableClock();
  const events = inMemoryAccountEvents(clock);
  const random = seededRandom(seed);
  const world = {
    clock,
    events,
    codes,
    limiter: rememberingLimiter(),
    ids: countingIds(`CODE${seed}X`),
    accounts: inMemoryHolders(),
    mailer: rememberingMailer(),
    texter: rememberingTexter(),
    randomInt: (min: number, max: number) => min + Math.floor(random() * (max - min)),
    webUrl: 'https://chat.example.org',
  };
  /** Asks, and answers with the request as the queue has it. */
  async function ask(request: AskedCode & { signUp?: boolean }) {
    const answer = await requestCode({ ip: '203.0.113.7', ...request }, world);
    const event = events.published.at(-1) as CodeRequested;
    return { answer, event, challengeId: answer.challenge_id };
  }
  /** What the newest message to an address says; throws when there is none. */
  const received = ({ channel, address }: Address) =>
    codeIn(channel === 'email' ? world.mailer.last(address).text : world.texter.last(address).text);
  return {
    ...world,
    ask,
    received,
    deliver: (event: CodeRequested) => deliverCode(event, world),
    check: (answer: AskedCode & { challengeId: string; code: string }) => checkCode(answer, world),
    /** Asks, has it delivered, and reads the code. */
    get: async (request: AskedCode) => {
      const { event, challengeId } = await ask(request);
      await deliverCode(event, world);
      return { ...request, challengeId, code: received(request.to), event };
    },
  };
}
