import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import {
  bubbles,
  composer,
  eventually,
  goOffline,
  isLive,
  openConversation,
  password,
  registerByHand,
  say,
} from './person-page.ts';
import { adaAndGrace } from './two-people.ts';
import { webSystem } from './web-system.ts';

// A browser takes its time, and more of it when other tests run beside it.
vi.setConfig({ testTimeout: 60_000 });

const system = webSystem();

function unread(page: Page, count: RegExp) {
  return page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: count });
}

function unsentOnDisk(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('confab');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const counting = opening.result.transaction('outbox').objectStore('outbox').count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }),
  );
}

describe('two people', () => {
  it('find each other, talk, and see what is unread and what was read', async () => {
    const ada = await registerByHand(system.browser, system.url, 'Ada Lovelace');
    const grace = await registerByHand(system.browser, system.url, 'Grace Hopper');
    await openConversation(ada, grace);
    await say(ada.page, 'Are you awake?');
    await say(ada.page, 'I found a bug in the loop');

    await unread(grace.page, /2 unread/).waitFor();
    expect(await grace.page.title()).toBe('(1) Confab');
    await ada.page.getByText(/^(Sent|Delivered|Read)$/).waitFor();

    await grace.page.getByRole('link', { name: /Ada Lovelace/ }).click();
    await unread(grace.page, /unread/).waitFor({ state: 'detached' });
    await ada.page.getByText('Read', { exact: true }).waitFor();

    await say(grace.page, 'Is it a moth?');
    await bubbles(ada.page).getByText('Is it a moth?').waitFor();
    const conversation = ['Are you awake?', 'I found a bug in the loop', 'Is it a moth?'];
    expect(await bubbles(ada.page).allTextContents()).toEqual(conversation);
    expect(await bubbles(grace.page).allTextContents()).toEqual(conversation);

    await grace.page.reload();
    await eventually(() => bubbles(grace.page).allTextContents()).toEqual(conversation);
    expect(await unread(grace.page, /unread/).count()).toBe(0);
  });

  it('lose nothing that is written offline, also when the page is reloaded before the network is back', async () => {
    const { ada, grace } = await adaAndGrace(system);
    await openConversation(ada, grace);
    await say(ada.page, 'before the tunnel');
    await ada.page.getByText(/^(Sent|Delivered|Read)$/).waitFor();

    await goOffline(ada);
    await say(ada.page, 'in the tunnel');
    await ada.page.getByText('Waiting for the connection').waitFor();

    // A reload needs the page's files, so from here on only the API is away.
    await ada.context.route('**/auth/**', (route) => route.abort());
    await ada.context.setOffline(false);
    await ada.page.reload();
    await ada.page.getByText('Connecting…').waitFor();
    expect(await unsentOnDisk(ada.page)).toBe(1);

    await ada.context.unroute('**/auth/**');
    await eventually(() => bubbles(ada.page).allTextContents()).toEqual([
      'before the tunnel',
      'in the tunnel',
    ]);
    await ada.page.getByText('Waiting for the connection').waitFor({ state: 'detached' });
    await eventually(() => unsentOnDisk(ada.page)).toBe(0);
    await grace.page.getByRole('link', { name: /Ada Lovelace/ }).click();
    await eventually(() => bubbles(grace.page).allTextContents()).toEqual([
      'before the tunnel',
      'in the tunnel',
    ]);
  });

  it('see text as text, and only addresses of the web as links', async () => {
    const { ada, grace } = await adaAndGrace(system);
    await openConversation(ada, grace);
    const hostile = '<img src=x onerror="document.title=1"> javascript:alert(1) https://example.com/a?b=1.';
    await say(ada.page, hostile);
    await grace.page.getByRole('link', { name: /Ada Lovelace/ }).click();
    await eventually(() => bubbles(grace.page).allTextContents()).toEqual([hostile]);
    const links = bubbles(grace.page).getByRole('link');
    expect(await links.count()).toBe(1);
    expect(await links.getAttribute('href')).toBe('https://example.com/a?b=1');
    expect(await links.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(await bubbles(grace.page).locator('img').count()).toBe(0);
  });
});

describe('two tabs of one person', () => {
  it('send a message once, show it in both, and sign out together', async () => {
    const { ada, grace } = await adaAndGrace(system);
    await openConversation(ada, grace);
    const second = await ada.context.newPage();
    const sent: string[] = [];
    for (const page of [ada.page, second]) {
      page.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => {
          if (String(payload).includes('"message.send"')) sent.push(String(payload));
        }),
      );
    }
    await second.goto(ada.page.url());
    await ada.page.reload();
    await Promise.all([isLive(ada.page), isLive(second)]);
    await say(second, 'from the second tab');
    await say(ada.page, 'from the first tab');
    for (const page of [ada.page, second]) {
      await eventually(() => bubbles(page).allTextContents()).toEqual([
        'from the second tab',
        'from the first tab',
      ]);
    }
    expect(sent).toHaveLength(2);
    // What a tab still holds as unsent would be asked about first.
    for (const page of [ada.page, second])
      await page.locator('[data-state="sending"]').waitFor({ state: 'detached' });

    await second.getByRole('button', { name: 'Sign out' }).click();
    await ada.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await second.getByRole('heading', { name: 'Welcome back' }).waitFor();
  });
});

describe('signing out', () => {
  it('asks before it deletes what was not sent, and leaves nothing behind', async () => {
    const { ada, grace } = await adaAndGrace(system);
    await openConversation(ada, grace);
    await goOffline(ada);
    await say(ada.page, 'never sent');
    await ada.page.getByText('Waiting for the connection').waitFor();
    await ada.page.getByRole('button', { name: 'Sign out' }).click();
    await ada.page.getByText('One message has not been sent').waitFor();
    await ada.page.getByRole('button', { name: 'Delete and sign out' }).click();
    await ada.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expect(await unsentOnDisk(ada.page)).toBe(0);
    expect(await ada.page.evaluate(() => Object.keys(localStorage))).toEqual([]);

    await ada.context.setOffline(false);
    await ada.page.getByLabel('E-mail').fill(ada.email);
    await ada.page.getByLabel('Password', { exact: true }).fill('not the password');
    await ada.page.getByRole('button', { name: 'Sign in' }).click();
    await ada.page.getByText('E-mail or password is wrong.').waitFor();
    await ada.page.getByLabel('Password', { exact: true }).fill(password);
    await ada.page.getByRole('button', { name: 'Sign in' }).click();
    await ada.page.getByRole('link', { name: /Grace Hopper/ }).click();
    await composer(ada.page).waitFor();
    expect(await ada.page.getByText('never sent').count()).toBe(0);
  });
});
