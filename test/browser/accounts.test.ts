import { Secret, TOTP } from 'otpauth';
import { describe, expect, it, vi } from 'vitest';
import {
  emptyStores,
  expectNoTrace,
  fillIn,
  localStores,
  openSettings,
  refuseOnce,
  signIn,
  signOut,
} from './account-steps.ts';
import { Mailbox } from './mailbox.ts';
import {
  composer,
  eventually,
  goOffline,
  isLive,
  newPage,
  openConversation,
  password,
  register,
  registerByHand,
  say,
} from './person-page.ts';
import { webSystem } from './web-system.ts';

// A browser takes its time, and more of it when other tests run beside it.
vi.setConfig({ testTimeout: 60_000 });

const system = webSystem();

describe('signing up', () => {
  it('leads straight in, and the code from the mail confirms the address', async () => {
    const { page, email } = await registerByHand(system.browser, system.url, 'Ada Lovelace');
    const mailbox = new Mailbox(system.url, email);
    await mailbox.nextCode();
    // As on a phone that threw the page away while the mail was read.
    await page.reload();
    await page.getByRole('button', { name: 'Enter the code' }).click();
    await page.getByLabel('Six-digit code').fill('000000');
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByText('This code is wrong or no longer valid.').waitFor();

    await page.getByRole('button', { name: 'Send a new code' }).click();
    await page.getByText('A new code is on its way').waitFor();
    await page.getByLabel('Six-digit code').fill(await mailbox.nextCode());
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByRole('region', { name: 'Confirm your e-mail' }).waitFor({ state: 'detached' });
    await isLive(page);
    await openSettings(page, 'E-mail and phone');
    await page.getByText('Confirmed', { exact: true }).waitFor();
  });

  it('says at its field what is wrong, and lets the password be looked at', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace');
    const { page } = await newPage(system.browser);
    await page.goto(system.url);
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Somebody Else');
    await page.getByLabel('Handle').fill(ada.handle);
    await page.getByLabel('E-mail').fill(`other-${ada.email}`);
    const field = page.getByLabel('Password', { exact: true });
    await field.fill(password);
    await page.getByRole('button', { name: 'Show password' }).click();
    expect(await field.getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Somebody has this handle already.').waitFor();
    const handle = page.getByLabel('Handle');
    expect(await handle.getAttribute('aria-invalid')).toBe('true');
    expect(await handle.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('counts down to when another code may be sent', async () => {
    const { page } = await registerByHand(system.browser, system.url, 'Ada Lovelace');
    await page.getByRole('button', { name: 'Enter the code' }).click();
    await refuseOnce(page, '/auth/otp/request', { status: 429, code: 'rate_limited', retryAfterSeconds: 75 });
    await page.getByRole('button', { name: 'Send a new code' }).click();
    await page.getByText('Too many attempts. Try again in 75 seconds.').waitFor();
    const resend = page.getByRole('button', { name: /Send a new code \(1:\d\d\)/ });
    expect(await resend.isDisabled()).toBe(true);
  });
});

describe('signing out', () => {
  it('wipes every local store in every tab, and the next person sees nothing of the former one', async () => {
    const ada = await registerByHand(system.browser, system.url, 'Ada Lovelace');
    const grace = await register(system.browser, system.url, 'Grace Hopper');
    const { page } = ada;
    await openConversation(ada, grace);
    await say(page, 'a secret between us');
    await page.getByText('Sent', { exact: true }).waitFor();
    const second = await ada.context.newPage();
    await second.goto(page.url());
    await isLive(second);
    await composer(second).fill('a draft of a secret');
    await second.evaluate(() => sessionStorage.setItem('test', 'a secret of the second tab'));
    await page.evaluate(async () => {
      const cache = await caches.open('test');
      await cache.put('/a', new Response('a secret in a cache'));
    });
    // A page in the background draws once a second.
    await page.bringToFront();
    await goOffline(ada);
    await say(page, 'an unsent secret');
    await page.getByText('Waiting for the connection').waitFor();
    // The control: without signing out there is something in each of them.
    expect(await localStores(page)).toMatchObject({
      local: ['confab.session'],
      session: ['confab.asked-code'],
      caches: ['test'],
      records: 1,
    });

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Delete and sign out' }).click();
    for (const tab of [page, second]) {
      await tab.getByRole('heading', { name: 'Welcome back' }).waitFor();
      await eventually(() => localStores(tab)).toEqual(emptyStores);
      await expectNoTrace(tab, ['secret', 'Ada', 'Grace', ada.email]);
      expect(new URL(tab.url()).hash).toBe('#/');
      expect(await tab.title()).toBe('Confab');
    }

    await ada.context.setOffline(false);
    const linus = await register(system.browser, system.url, 'Linus Pauling');
    await signIn({ ...linus, page });
    await isLive(second);
    await page.evaluate(() => history.back());
    for (const tab of [page, second]) {
      await tab.getByText('No conversations yet.').waitFor();
      await expectNoTrace(tab, ['secret', 'Ada', 'Grace', ada.email]);
    }
  });
});

describe('signing in', () => {
  it('works with a code instead of the password, also after the page was thrown away', async () => {
    const ada = await registerByHand(system.browser, system.url, 'Ada Lovelace');
    const mailbox = new Mailbox(system.url, ada.email);
    await mailbox.nextCode();
    const { page } = ada;
    await signOut(page);
    await page.getByRole('button', { name: 'E-mail me a code' }).click();
    await page.getByLabel('E-mail or phone number').fill(ada.email);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByLabel('Six-digit code').waitFor();
    const code = await mailbox.nextCode();
    await page.reload();
    await page.getByLabel('Six-digit code').fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await isLive(page);
    expect((await localStores(page)).session).toEqual([]);
  });

  it('asks for the second factor once it is set up, and takes a recovery code for a lost phone', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace');
    const { page } = ada;
    await openSettings(page, 'Two-step sign-in');
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    const secret = (await page.locator('.secret').textContent())?.replaceAll(' ', '') ?? '';
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await page.getByLabel('Code that the app shows').fill(totp.generate());
    await page.getByRole('button', { name: 'Turn on' }).click();
    const codes = page.getByRole('list', { name: 'Recovery codes' });
    await eventually(() => codes.getByRole('listitem').count()).toBe(10);
    const [recoveryCode = ''] = await codes.getByRole('listitem').allTextContents();
    await page.getByRole('button', { name: 'I have saved them' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();
    await page.getByRole('link', { name: 'Back to your conversations' }).click();
    await signOut(page);

    await fillIn(ada);
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await page.getByLabel('Code of your authenticator app').fill('000000');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('This code is wrong or no longer valid.').waitFor();
    // A step is good once, and setting up has used the present one.
    const next = totp.generate({ timestamp: Date.now() + 30_000 });
    await page.getByLabel('Code of your authenticator app').fill(next);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await isLive(page);
    await signOut(page);

    await fillIn(ada);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(recoveryCode);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await isLive(page);
    await openSettings(page, 'Two-step sign-in');
    await page.getByText('9 recovery codes are left.').waitFor();
  });

  it('works with a new password after the old one was forgotten, and not with the old one', async () => {
    const ada = await registerByHand(system.browser, system.url, 'Ada Lovelace');
    const mailbox = new Mailbox(system.url, ada.email);
    await mailbox.nextCode();
    const { page } = ada;
    await signOut(page);
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail or phone number').fill(ada.email);
    await page.getByRole('button', { name: 'Send the code' }).click();
    await page.getByLabel('Six-digit code').fill(await mailbox.nextCode());
    await page.getByLabel('New password').fill('quite another passphrase');
    await page.getByRole('button', { name: 'Set the new password' }).click();
    await page.getByText('Your password is changed.').waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(ada.email);
    await fillIn(ada);
    await page.getByText('E-mail or password is wrong.').waitFor();
    await signIn(ada, 'quite another passphrase');
  });
});
