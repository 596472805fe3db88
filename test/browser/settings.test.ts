import { readFile } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import {
  emptyStores,
  fillIn,
  localStores,
  openSettings,
  refuseOnce,
  signIn,
  signOut,
} from './account-steps.ts';
import { eventually, isLive, newPage, openConversation, password, register } from './person-page.ts';
import { webSystem } from './web-system.ts';

// A browser takes its time, and more of it when other tests run beside it.
vi.setConfig({ testTimeout: 60_000 });

const system = webSystem();

describe('the settings', () => {
  it('end the session of another browser, which wipes itself and says why', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace');
    const other = await newPage(system.browser);
    await other.page.goto(system.url);
    await signIn({ ...ada, ...other });
    const otherTab = await other.context.newPage();
    await otherTab.goto(system.url);
    await isLive(otherTab);

    await openSettings(ada.page, 'Sessions');
    const items = ada.page.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
    await eventually(() => items.count()).toBe(2);
    expect(await items.first().textContent()).toContain('This device');
    await items.nth(1).getByRole('button', { name: 'End' }).click();
    for (const tab of [other.page, otherTab]) {
      await tab.getByRole('alert').filter({ hasText: 'You were signed out of this browser' }).waitFor();
      await eventually(() => localStores(tab)).toEqual(emptyStores);
    }
    await eventually(() => items.count()).toBe(1);
    await ada.page.reload();
    await eventually(() => items.count()).toBe(1);
  });

  it('change the profile, which the other person sees', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace');
    const grace = await register(system.browser, system.url, 'Grace Hopper');
    await openConversation(grace, ada);
    const second = await ada.context.newPage();
    await second.goto(system.url);
    await isLive(second);
    await openSettings(ada.page, 'Profile');
    await ada.page.getByLabel('Name', { exact: true }).fill('Countess Lovelace');
    await ada.page.getByLabel('Time zone').selectOption('Europe/London');
    await ada.page.getByRole('button', { name: 'Save' }).click();
    await ada.page.getByText('Saved.').waitFor();
    await second.locator('.me-name').getByText('Countess Lovelace').waitFor();
    await grace.page.reload();
    await grace.page.getByRole('heading', { name: 'Countess Lovelace' }).waitFor();
    await ada.page.reload();
    expect(await ada.page.getByLabel('Time zone').inputValue()).toBe('Europe/London');
  });

  it('change the password, and block and unblock a person', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace');
    const grace = await register(system.browser, system.url, 'Grace Hopper');
    const { page } = ada;
    await openConversation(ada, grace);
    await page.getByRole('button', { name: 'About Grace Hopper' }).click();
    await page.getByRole('button', { name: 'Block' }).click();
    await page.getByText('You have blocked this person.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.goto(system.url);
    await openSettings(page, 'Blocked people');
    await page.getByRole('button', { name: 'Unblock Grace Hopper' }).click();
    await page.getByText('You have blocked nobody.').waitFor();

    await page.getByRole('link', { name: 'Password' }).click();
    await page.getByLabel('Current password').fill('not the password');
    await page.getByLabel('New password').fill('quite another passphrase');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('This is not your password.').waitFor();
    await page.getByLabel('Current password').fill(password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('You are signed out everywhere else.').waitFor();
    await page.getByRole('link', { name: 'Back to your conversations' }).click();
    await signOut(page);
    await signIn(ada, 'quite another passphrase');
  });

  it('ask for the password again before they give everything away, and then do it', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace');
    const { page } = ada;
    await openSettings(page, 'Your data');
    await refuseOnce(page, '/me/export', { status: 403, code: 'auth.reauthentication_required' });
    await page.getByRole('button', { name: 'Download' }).click();
    const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await dialog.getByLabel('Password', { exact: true }).fill('not the password');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('This is not your password.').waitFor();
    await dialog.getByLabel('Password', { exact: true }).fill(password);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Confirm' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`confab-${ada.handle}.json`);
    const data = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(data).toMatchObject({ account: { user: { email: ada.email } }, messages: [] });
  });

  it('erase the account after its handle was typed, and leave nothing behind', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace');
    const { page } = ada;
    await openSettings(page, 'Your data');
    await page.getByRole('button', { name: 'Erase account…' }).click();
    const erase = page.getByRole('button', { name: 'Erase for ever' });
    expect(await erase.isDisabled()).toBe(true);
    await page.getByLabel(`Type ${ada.handle} to confirm`).fill(ada.handle);
    await erase.click();
    await page.getByText('Your account has been erased.').waitFor();
    await eventually(() => localStores(page)).toEqual(emptyStores);
    await fillIn(ada);
    await page.getByText('E-mail or password is wrong.').waitFor();
  });
});

describe('two tabs', () => {
  it('refresh the tokens once, whichever of them needs it', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace');
    const second = await ada.context.newPage();
    await second.goto(system.url);
    await isLive(second);
    const refreshes: string[] = [];
    ada.context.on('request', (request) => {
      if (request.url().endsWith('/auth/refresh')) refreshes.push(request.url());
    });
    await ada.page.evaluate(() => {
      const session = JSON.parse(localStorage.getItem('confab.session') ?? '{}');
      localStorage.setItem('confab.session', JSON.stringify({ ...session, expires_at_ms: 0 }));
    });
    await Promise.all([openSettings(ada.page, 'Sessions'), openSettings(second, 'Sessions')]);
    for (const tab of [ada.page, second]) await tab.getByText('This device').waitFor();
    expect(refreshes).toHaveLength(1);
  });

  it('too many of them: the one that was disconnected says so and comes back by a click only', async () => {
    const ada = await register(system.browser, system.url, 'Ada Lovelace');
    const { page } = ada;
    let sockets = 0;
    await page.routeWebSocket(/./, (socket) => {
      sockets += 1;
      const server = socket.connectToServer();
      const notice = { type: 'system.notice', code: 'connection.replaced', params: {}, severity: 'warning' };
      server.onMessage((message) => {
        socket.send(message);
        if (sockets === 1 && String(message).includes('"synced"')) socket.send(JSON.stringify(notice));
      });
    });
    await page.reload();
    await page.getByText('Confab was opened in too many places; this one was disconnected.').waitFor();
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await page.getByRole('button', { name: 'Use it here' }).click();
    await isLive(page);
    expect(sockets).toBe(2);
  });
});
