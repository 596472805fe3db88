import { describe, expect, it } from 'vitest';
import { anna, ben, cleo } from '../../test/support/builders.ts';
import { codesUnderTest, emailOf, inMemoryCodeStore, phoneOf } from '../../test/support/in-memory-codes.ts';
import { codeIn } from '../../test/support/in-memory-mail.ts';
import { limits } from '../limits.ts';

const login = { purpose: 'login', to: emailOf('anna'), userId: null } as const;

/** Anna has proven her address and number, Ben only named his. */
function setup(options: Parameters<typeof codesUnderTest>[0] = {}) {
  const world = codesUnderTest(options);
  world.accounts.hold(emailOf('anna'), anna);
  world.accounts.hold(phoneOf('345678'), anna);
  world.accounts.hold(emailOf('ben'), ben, false);
  /** Asks and delivers; everything that was sent afterwards. */
  async function run(request: Parameters<typeof world.ask>[0]) {
    const asked = await world.ask(request);
    const outcome = await world.deliver(asked.event);
    return { ...asked, outcome, mails: world.mailer.sent, texts: world.texter.sent };
  }
  return { ...world, run };
}

describe('who gets a code to sign in or to set a new password', () => {
  it.each(['login', 'reset'] as const)('%s: whoever holds the address', async (purpose) => {
    const { outcome, mails } = await setup().run({ ...login, purpose });
    expect(outcome).toBe('code_sent');
    expect(mails).toMatchObject([{ to: 'anna@example.org', text: expect.stringMatching(/^\d{6}$/m) }]);
  });

  it('whoever holds it without proof: the code is the proof', async () => {
    const { outcome, mails } = await setup().run({ ...login, to: emailOf('ben') });
    expect([outcome, mails.length]).toEqual(['code_sent', 1]);
  });

  it('whoever holds the number, by SMS', async () => {
    const { outcome, mails, texts } = await setup().run({ ...login, to: phoneOf('345678') });
    expect([outcome, mails]).toEqual(['code_sent', []]);
    expect(texts).toMatchObject([{ to: '+4915112345678' }]);
  });

  it.each([emailOf('nobody'), phoneOf('999999')])('nobody, where nobody has the address: %o', async (to) => {
    const { outcome, mails, texts } = await setup().run({ ...login, to });
    expect([outcome, mails, texts]).toEqual(['nobody', [], []]);
  });

  it('ASVS 6.3.8: and a row is written also for nobody, so that its check is the same work', async () => {
    const codes = inMemoryCodeStore();
    const puts: unknown[] = [];
    const put: typeof codes.put = (...args) => {
      puts.push(args[1].userId);
      return codes.put(...args);
    };
    const { run } = setup({ codes: { ...codes, put } });
    await run(login);
    await run({ ...login, to: emailOf('nobody') });
    expect(puts).toEqual([anna, undefined]);
  });

  it('the mailbox of the account, however the request spells its address', async () => {
    const { accounts, run } = setup();
    accounts.hold(emailOf('kim'), cleo);
    // The Kelvin sign folds to a k: as a local part of its own it could be somebody else's mailbox.
    const { mails } = await run({ ...login, to: { channel: 'email', address: '\u212Aim@Example.org' } });
    expect(mails.map(({ to }) => to)).toEqual(['kim@example.org']);
  });
});

describe('who gets a code to verify an address', () => {
  const verify = { purpose: 'verify', to: emailOf('new'), userId: cleo } as const;

  it('the account that asked, at the address', async () => {
    const { outcome, mails } = await setup().run(verify);
    expect(outcome).toBe('code_sent');
    expect(mails).toMatchObject([{ to: 'new@example.org' }]);
  });

  it('also for an address that another account has only named', async () => {
    expect((await setup().run({ ...verify, to: emailOf('ben') })).outcome).toBe('code_sent');
  });

  it('also for one that is its own already', async () => {
    expect((await setup().run({ ...verify, to: emailOf('anna'), userId: anna })).outcome).toBe('code_sent');
  });

  it('nobody, when the account is gone', async () => {
    const { run, accounts } = setup();
    accounts.erase(cleo);
    expect(await run(verify)).toMatchObject({ outcome: 'nobody', mails: [] });
  });

  it.each([true, false])(
    'never who wants the address of another: its owner is told (sign-up: %s)',
    async (signUp) => {
      const { check, run } = setup();
      const { outcome, mails, challengeId } = await run({ ...verify, to: emailOf('anna'), signUp });
      expect(outcome).toBe('notice_sent');
      expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
        ['anna@example.org', signUp ? 'You have an account already' : 'Somebody tried to use your address'],
      ]);
      expect(() => codeIn(mails[0]?.text ?? '')).toThrow('no code');
      const answer = { ...verify, to: emailOf('anna'), challengeId, code: '000000' };
      await expect(check(answer)).rejects.toMatchObject({ code: 'auth.code_invalid' });
    },
  );

  it('never who wants the number of another: its owner is told by SMS', async () => {
    const { outcome, texts } = await setup().run({ ...verify, to: phoneOf('345678') });
    expect(outcome).toBe('notice_sent');
    expect(texts).toMatchObject([{ to: '+4915112345678', text: expect.stringContaining('this number') }]);
  });

  it('nobody at all, when the event names no account: that is a fault of ours', async () => {
    const { deliver, ask } = setup();
    const { event } = await ask(verify);
    await expect(deliver({ ...event, user_id: null })).rejects.toThrow('names nobody');
  });
});

describe('a request for a code that the queue brings again', () => {
  it('is not answered twice', async () => {
    const { run, deliver, mailer } = setup();
    const { event } = await run(login);
    expect(await deliver(event)).toBe('repeated');
    expect(mailer.sent).toHaveLength(1);
  });

  it('does not tell an owner twice', async () => {
    const { run, deliver, mailer } = setup();
    const { event } = await run({ purpose: 'verify', to: emailOf('anna'), userId: cleo, signUp: true });
    expect(await deliver(event)).toBe('repeated');
    expect(mailer.sent).toHaveLength(1);
  });

  it('gets a new code in place of the first when no mail went out', async () => {
    const { ask, deliver, mailer, check, received } = setup();
    mailer.failOnce(new Error('throttled'));
    const { event, challengeId } = await ask(login);
    await expect(deliver(event)).rejects.toThrow('throttled');
    expect(await deliver(event)).toBe('code_sent');
    expect(await check({ ...login, challengeId, code: received(login.to) })).toEqual({ userId: anna });
  });

  it('gets one mail more when it broke off after the mail, and then the newer code is the one', async () => {
    const codes = inMemoryCodeStore();
    let dies = true;
    const { ask, deliver, mailer, check } = setup({
      codes: {
        ...codes,
        async markSent(...sent) {
          if (dies) throw new Error('the process died');
          await codes.markSent(...sent);
        },
      },
    });
    const { event, challengeId } = await ask(login);
    await expect(deliver(event)).rejects.toThrow('died');
    dies = false;
    expect(await deliver(event)).toBe('code_sent');
    const [first = '', second = ''] = mailer.sent.map(({ text }) => codeIn(text));
    expect(first).not.toBe(second);
    await expect(check({ ...login, challengeId, code: first })).rejects.toThrow();
    expect(await check({ ...login, challengeId, code: second })).toEqual({ userId: anna });
  });

  it('does not replace the code of a later request', async () => {
    const { ask, run, deliver, check, received, clock } = setup();
    const late = await ask(login);
    clock.advance(1);
    const { challengeId } = await run(login);
    expect(await deliver(late.event)).toBe('superseded');
    expect(await check({ ...login, challengeId, code: received(login.to) })).toEqual({ userId: anna });
  });

  it('is dropped once its code would have expired', async () => {
    const { ask, deliver, clock, mailer } = setup();
    const { event } = await ask(login);
    clock.advance(limits.codeTtlSeconds * 1_000);
    expect([await deliver(event), mailer.sent]).toEqual(['expired', []]);
  });

  it('is not tried for ever where there can be no mailbox', async () => {
    const { ask, deliver, accounts } = setup();
    const to = { channel: 'email', address: 'x<anna@example.org>' } as const;
    accounts.hold(to, cleo, false);
    const { event } = await ask({ ...login, to });
    expect([await deliver(event), await deliver(event)]).toEqual(['undeliverable', 'repeated']);
  });
});
