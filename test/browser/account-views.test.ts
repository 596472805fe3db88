import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { fillIn, openSettings, refuseOnce, signOut } from './account-steps.ts';
import { expectGoodView, looks, newPage, openConversation, register } from './person-page.ts';
import { webSystem } from './web-system.ts';

// A browser takes its time, and axe looks at every page.
vi.setConfig({ testTimeout: 120_000 });

const system = webSystem();

const sections = [
  'Profile',
  'E-mail and phone',
  'Password',
  'Two-step sign-in',
  'Sessions',
  'Blocked people',
  'Your data',
];

/** Opens what the button opens, looks at it, and closes it. */
async function expectGoodDialog(page: Page, button: string, title: string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog', { name: title });
  await dialog.waitFor();
  await expectGoodView(page);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe.each(looks)('on $name', ({ options }) => {
  it('every step of signing in is free of accessibility violations and fits the screen', async () => {
    const { page } = await newPage(system.browser, options);
    await page.goto(system.url);
    await fillIn({
      page,
      context: page.context(),
      email: 'nobody@example.test',
      handle: '',
      displayName: '',
    });
    await page.getByText('E-mail or password is wrong.').waitFor();
    await expectGoodView(page);

    for (const way of ['E-mail me a code', 'Forgot your password?']) {
      await page.getByRole('button', { name: way }).click();
      await page.getByLabel('E-mail or phone number').fill('neither');
      await page.getByRole('button', { name: 'Send the code' }).click();
      await page.getByText('This is neither an e-mail address').waitFor();
      await expectGoodView(page);
      const address = `a-rather-long-name-${crypto.randomUUID()}@example.test`;
      await page.getByLabel('E-mail or phone number').fill(address);
      await page.getByRole('button', { name: 'Send the code' }).click();
      await page.getByLabel('Six-digit code').waitFor();
      await expectGoodView(page);
      await page.getByRole('button', { name: 'Use your password' }).click();
    }

    const challenge = { status: 'second_factor_required', challenge_id: 'c', expires_in: 600 };
    await page.route('**/auth/login', (route) => route.fulfill({ status: 202, json: challenge }), {
      times: 1,
    });
    await fillIn({
      page,
      context: page.context(),
      email: 'nobody@example.test',
      handle: '',
      displayName: '',
    });
    await page.getByLabel('Code of your authenticator app').waitFor();
    await expectGoodView(page);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await expectGoodView(page);
  });

  it('every page of the settings is, and so are their dialogs', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace', options);
    const { page } = ada;
    await page.getByRole('region', { name: 'Confirm your e-mail' }).waitFor();
    await expectGoodView(page);
    await expectGoodDialog(page, 'Enter the code', 'Confirm your e-mail');

    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await expectGoodView(page);
    for (const section of sections) {
      await page.getByRole('link', { name: section }).click();
      await page.getByRole('heading', { name: section, exact: true }).waitFor();
      await page.getByText('Loading…').waitFor({ state: 'detached' });
      await expectGoodView(page);
      if (section === 'E-mail and phone')
        await expectGoodDialog(page, 'Add a phone number', 'Confirm your phone number');
      if (section === 'Your data') {
        await expectGoodDialog(page, 'Erase account…', 'Erase your account?');
        await refuseOnce(page, '/me/export', { status: 403, code: 'auth.reauthentication_required' });
        await expectGoodDialog(page, 'Download', 'Confirm that it is you');
      }
      const back = page.getByRole('link', { name: 'Back to the settings' });
      if (await back.isVisible()) await back.click();
    }
  });

  it('so are setting up the second step, a person, and the way out', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace', options);
    const grace = await register(system.browser, system.url, 'Grace Hopper');
    const { page } = ada;
    await openSettings(page, 'Two-step sign-in');
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    await expectGoodView(page);
    const codes = Array.from({ length: 10 }, (_, index) => `abcd-efgh-${index}jkm`);
    await page.route('**/auth/second-factor/confirm', (route) =>
      route.fulfill({ status: 200, json: { recovery_codes: codes } }),
    );
    await page.getByLabel('Code that the app shows').fill('123456');
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('Save these recovery codes now').waitFor();
    await expectGoodView(page);

    await page.goto(system.url);
    await openConversation(ada, grace);
    await page.getByRole('button', { name: 'About Grace Hopper' }).click();
    await page.getByRole('button', { name: 'Block' }).click();
    await page.getByText('You have blocked this person.').waitFor();
    await expectGoodView(page);
    await page.goto(system.url);
    await signOut(page);
    await expectGoodView(page);
  });
});

it('can be reached and used with the keyboard alone', async () => {
  const { page } = await register(system.browser, system.url, 'Ada Lovelace');
  const { keyboard } = page;
  await page.getByRole('link', { name: 'Settings', exact: true }).focus();
  await keyboard.press('Enter');
  await page.getByRole('link', { name: 'Profile' }).focus();
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  const heading = page.getByRole('heading', { name: 'E-mail and phone' });
  await heading.waitFor();
  expect(await heading.evaluate((element) => element === document.activeElement)).toBe(true);
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Confirm your e-mail' }).waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const confirm = page.getByRole('button', { name: 'Confirm it' });
  expect(await confirm.evaluate((element) => element === document.activeElement)).toBe(true);
});
