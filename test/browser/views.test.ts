import { describe, expect, it, vi } from 'vitest';
import { ConfabClient } from '../../web/client/confab-client.ts';
import {
  bubbles,
  composer,
  eventually,
  expectGoodView,
  goOffline,
  looks,
  newPage,
  openConversation,
  password,
  phone,
  register,
  say,
} from './person-page.ts';
import { webSystem } from './web-system.ts';

// A browser takes its time, and more of it when other tests run beside it.
vi.setConfig({ testTimeout: 60_000 });

const system = webSystem();

describe.each(looks)('on $name', ({ options }) => {
  it('every view is free of accessibility violations and fits the screen', async () => {
    const { page } = await newPage(system.browser, options);
    await page.goto(system.url);
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await expectGoodView(page);
    await page.getByRole('button', { name: 'Create an account' }).click();
    await expectGoodView(page);

    const grace = await register(system.browser, system.url, 'Grace Hopper');
    const ada = await register(system.browser, system.url, 'Ada Lovelace', options);
    await expectGoodView(ada.page);

    await ada.page.getByRole('button', { name: 'New conversation' }).click();
    await ada.page.getByLabel('Find people').fill(grace.handle);
    await ada.page.getByText('1 person found').waitFor();
    await expectGoodView(ada.page);
    await ada.page.getByRole('button', { name: 'Close' }).click();

    await openConversation(ada, grace);
    await expectGoodView(ada.page);
    await say(ada.page, `A long word: ${'x'.repeat(300)} and https://example.com/${'y'.repeat(200)}`);
    await say(ada.page, 'a short one');
    await ada.page.getByText(/^(Sent|Delivered|Read)$/).waitFor();
    await grace.page.getByRole('link', { name: /Ada Lovelace/ }).click();
    await say(grace.page, 'an answer');
    await bubbles(ada.page).getByText('an answer').waitFor();
    await expectGoodView(ada.page);

    await goOffline(ada);
    await say(ada.page, 'kept');
    await ada.page.getByText('Waiting for the connection').waitFor();
    await expectGoodView(ada.page);
  });
});

it('shows the list and the conversation one at a time on a phone, and the back button works', async () => {
  const ada = await register(system.browser, system.url, 'Ada Lovelace', phone);
  const grace = await register(system.browser, system.url, 'Grace Hopper');
  const list = ada.page.getByRole('navigation', { name: 'Conversations' });
  await openConversation(ada, grace);
  expect(await list.isVisible()).toBe(false);
  await ada.page.goBack();
  await list.waitFor();
  expect(await composer(ada.page).count()).toBe(0);
  await list.getByRole('link', { name: /Grace Hopper/ }).click();
  await ada.page.getByRole('link', { name: 'Back to your conversations' }).click();
  await list.waitFor();
});

it('can be used with the keyboard alone', async () => {
  const grace = await register(system.browser, system.url, 'Grace Hopper');
  const { page } = await register(system.browser, system.url, 'Ada Lovelace');
  const { keyboard } = page;
  await page.getByRole('button', { name: 'New conversation' }).focus();
  await keyboard.press('Enter');
  await keyboard.type(grace.handle);
  await page.getByText('1 person found').waitFor();
  await keyboard.press('Enter');
  await page.getByRole('list', { name: 'Chosen' }).waitFor();
  await page.getByRole('button', { name: 'Start conversation' }).focus();
  await keyboard.press('Enter');
  await composer(page).waitFor();
  await keyboard.type('one line');
  await keyboard.press('Shift+Enter');
  await keyboard.type('and another');
  await keyboard.press('Enter');
  await eventually(() => bubbles(page).allTextContents()).toEqual(['one line\nand another']);
});

it('pages back through a long history, and nothing moves while somebody reads', {
  timeout: 60_000,
}, async () => {
  const ada = await register(system.browser, system.url, 'Ada Lovelace');
  const grace = await register(system.browser, system.url, 'Grace Hopper');
  await openConversation(ada, grace);
  const count = 150;
  await writeHistory(grace.email, count);

  await ada.page.reload();
  await bubbles(ada.page).getByText(`message ${count}`, { exact: true }).waitFor();
  const scroller = ada.page.getByRole('region', { name: 'Messages' });
  await eventually(() => bubbles(ada.page).count()).toBeLessThan(count);

  // While older history is on its way, remember where a message stands; then let it come.
  const arrival = Promise.withResolvers<void>();
  await ada.page.route('**/messages?before_seq=*', async (route) => {
    await arrival.promise;
    await route.continue();
  });
  await scroller.evaluate((element) => {
    element.scrollTop = 200;
  });
  await ada.page.getByText('Loading earlier messages…').waitFor();
  const before = await bubbles(ada.page).count();
  const place = (text: string) =>
    bubbles(ada.page)
      .getByText(text, { exact: true })
      .evaluate((element) => element.getBoundingClientRect().top);
  const text = (await bubbles(ada.page).nth(5).textContent()) ?? '';
  const top = await place(text);
  arrival.resolve();
  await eventually(() => bubbles(ada.page).count()).toBeGreaterThan(before);
  expect(Math.abs((await place(text)) - top)).toBeLessThan(2);

  await eventually(async () => {
    await scroller.evaluate((element) => {
      element.scrollTop = 0;
    });
    return await bubbles(ada.page).count();
  }).toBe(count);
  const shown = await bubbles(ada.page).allTextContents();
  expect(shown).toEqual(Array.from({ length: count }, (_, index) => `message ${index + 1}`));
});

it('announces what others write from now on, and not the history', async () => {
  const ada = await register(system.browser, system.url, 'Ada Lovelace');
  const grace = await register(system.browser, system.url, 'Grace Hopper');
  await openConversation(ada, grace);
  await say(ada.page, 'an old one');
  // It is old when it was there before the conversation was opened.
  await grace.page.getByRole('navigation', { name: 'Conversations' }).getByText('an old one').waitFor();
  await grace.page.getByRole('link', { name: /Ada Lovelace/ }).click();
  await bubbles(grace.page).getByText('an old one').waitFor();
  const log = grace.page.getByRole('log');
  expect(await log.textContent()).toBe('');
  await say(ada.page, 'a new one');
  await eventually(() => log.textContent()).toBe('Ada Lovelace: a new one');
});

/** The same client without a browser: writes to the first conversation of this person. */
async function writeHistory(email: string, count: number): Promise<void> {
  const client = new ConfabClient({ baseUrl: system.url });
  await client.logIn({ email, password });
  await eventually(() => client.chat?.state.connection).toBe('live');
  const [convoId = ''] = client.chat?.state.conversations.keys() ?? [];
  for (let number = 1; number <= count; number += 1) await client.chat?.send(convoId, `message ${number}`);
  // One after the other, each when the one before is stored.
  await expect.poll(() => client.chat?.unsentCount, { timeout: 45_000 }).toBe(0);
  client.close();
}
