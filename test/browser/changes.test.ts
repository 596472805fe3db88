import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import {
  bubbles,
  composer,
  eventually,
  expectGoodView,
  goOffline,
  looks,
  openConversation,
  phone,
  say,
  violations,
} from './person-page.ts';
import { adaAndGrace, adaAskingGrace } from './two-people.ts';
import { webSystem } from './web-system.ts';

// A browser takes its time, and more of it when other tests run beside it.
vi.setConfig({ testTimeout: 90_000 });

const system = webSystem();

/** Opens the menu of the message with this text. */
async function openMenu(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^Actions .*: ${literally(text)}`) }).click();
  await page.getByRole('menu').waitFor();
}

async function choose(page: Page, text: string, item: string): Promise<void> {
  await openMenu(page, text);
  await page.getByRole('menu').getByText(item, { exact: true }).click();
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function reaction(page: Page, name: string) {
  return page.getByRole('list', { name: 'Reactions' }).getByRole('button', { name });
}

function sentState(page: Page) {
  return page.locator('.sent-state').last();
}

describe('a message', () => {
  it('is edited by its writer, with the arrow up too, and says what it said before', async () => {
    const { ada, grace } = await adaAskingGrace(system);
    await eventually(() => sentState(ada.page).textContent()).toMatch(/Sent|Delivered|Read/);
    await composer(ada.page).press('ArrowUp');
    await eventually(() => composer(ada.page).inputValue()).toBe('Is it a moth?');
    await composer(ada.page).fill('It is a moth!');
    await composer(ada.page).press('Enter');
    await eventually(() => bubbles(grace.page).allTextContents()).toEqual(['It is a moth!']);
    await grace.page.getByRole('button', { name: 'edited' }).click();
    await grace.page.getByRole('dialog').getByText('Is it a moth?').waitFor();
    expect(await violations(grace.page)).toEqual([]);
  });

  it('is deleted for everybody, after a question', async () => {
    const { ada, grace } = await adaAskingGrace(system);
    await choose(ada.page, 'Is it a moth?', 'Delete…');
    await ada.page.getByRole('button', { name: 'Delete', exact: true }).click();
    for (const { page } of [ada, grace])
      await eventually(() => bubbles(page).allTextContents()).toEqual(['Message deleted']);
    expect(await grace.page.getByText('Is it a moth?').count()).toBe(0);
    await grace.page.reload();
    await eventually(() => bubbles(grace.page).allTextContents()).toEqual(['Message deleted']);
  });

  it('gets reactions and loses them, and shows whose they are', async () => {
    const { ada, grace } = await adaAskingGrace(system);
    await openMenu(grace.page, 'Is it a moth?');
    await grace.page.getByRole('menuitemcheckbox', { name: 'React with 👍' }).click();
    await reaction(ada.page, '👍 1: Grace Hopper').click();
    await reaction(grace.page, '👍 2: You and Ada Lovelace').waitFor();
    await choose(ada.page, 'Is it a moth?', 'Another emoji…');
    await ada.page.getByLabel('Emoji').fill('moth');
    await ada.page.getByRole('button', { name: 'React', exact: true }).click();
    await ada.page.getByText('Enter one emoji').waitFor();
    await ada.page.getByLabel('Emoji').fill('🦋');
    await ada.page.getByRole('button', { name: 'React', exact: true }).click();
    await reaction(grace.page, '🦋 1: Ada Lovelace').waitFor();
    await reaction(grace.page, '👍 2: You and Ada Lovelace').click();
    await reaction(ada.page, '👍 1: You').waitFor();
  });

  it('is answered with a quote that leads back to it', async () => {
    const { ada, grace } = await adaAskingGrace(system);
    await choose(grace.page, 'Is it a moth?', 'Reply');
    await grace.page.getByText('Answer to Ada Lovelace').waitFor();
    await say(grace.page, 'It was');
    const quote = ada.page.getByRole('button', { name: /In answer to: You/ });
    await quote.click();
    expect(await ada.page.evaluate(() => document.activeElement?.id)).toBe('message-1');
  });

  it('is pinned, and found again', async () => {
    const { ada, grace } = await adaAskingGrace(system);
    await choose(grace.page, 'Is it a moth?', 'Pin');
    await ada.page.getByText('Pinned', { exact: true }).waitFor();
    await ada.page.getByRole('button', { name: 'Pinned messages' }).click();
    await ada.page.getByRole('dialog').getByText('Is it a moth?').waitFor();
    expect(await violations(ada.page)).toEqual([]);
    await ada.page.getByRole('button', { name: 'Unpin' }).click();
    await grace.page.getByText('Pinned', { exact: true }).waitFor({ state: 'detached' });
  });

  it('names people, who are offered while one types, and stands out for them', async () => {
    const { ada, grace } = await adaAskingGrace(system);
    await composer(ada.page).pressSequentially('Ask @gra');
    await ada.page.getByRole('option', { name: /Grace Hopper/ }).waitFor();
    expect(await violations(ada.page)).toEqual([]);
    await composer(ada.page).press('Enter');
    await eventually(() => composer(ada.page).inputValue()).toBe(`Ask @${grace.handle} `);
    await composer(ada.page).press('Enter');
    await grace.page.locator('[data-mentions-me]').waitFor();
    expect(await grace.page.locator('.mention[data-me]').textContent()).toBe(`@${grace.handle}`);
  });

  it('is marked unread, and read again when it is opened', async () => {
    const { grace } = await adaAskingGrace(system);
    await choose(grace.page, 'Is it a moth?', 'Mark unread from here');
    const unread = grace.page.getByRole('link', { name: /1 unread/ });
    await unread.click();
    await unread.waitFor({ state: 'detached' });
  });
});

describe('a change that cannot be made yet', () => {
  it('shows at once, survives the page, and is made when the network is back', async () => {
    const { ada, grace } = await adaAskingGrace(system);
    await eventually(() => sentState(ada.page).textContent()).toBe('Read');
    await goOffline(ada);
    await openMenu(ada.page, 'Is it a moth?');
    await ada.page.getByRole('menuitemcheckbox', { name: 'React with 🎉' }).click();
    await reaction(ada.page, '🎉 1: You').waitFor();
    await ada.context.setOffline(false);
    await reaction(grace.page, '🎉 1: Ada Lovelace').waitFor();
  });
});

it('shows how far a message has come, and who is typing', async () => {
  const { ada, grace } = await adaAndGrace(system);
  await openConversation(ada, grace);
  await say(ada.page, 'Are you there?');
  await eventually(() => sentState(ada.page).textContent()).toBe('Delivered');
  await grace.page.getByRole('link', { name: /Ada Lovelace/ }).click();
  await eventually(() => sentState(ada.page).textContent()).toBe('Read');
  await composer(grace.page).pressSequentially('Yes');
  const line = ada.page.locator('.typing-line');
  await eventually(() => line.textContent()).toBe('Grace Hopper is typing…');
  await composer(grace.page).fill('');
  await eventually(() => line.textContent()).toBe('');
});

describe.each(looks)('on $name', ({ options }) => {
  it('menu, dialogs and all marks of a message are accessible and fit the screen', async () => {
    const { ada, grace } = await adaAskingGrace(system, { ada: options });
    const { page } = ada;
    await openMenu(grace.page, 'Is it a moth?');
    await grace.page.getByRole('menuitemcheckbox', { name: 'React with 👍' }).click();
    await choose(grace.page, 'Is it a moth?', 'Pin');
    await choose(grace.page, 'Is it a moth?', 'Reply');
    await say(grace.page, `It was @${ada.handle} ${'x'.repeat(200)}`);
    await page.locator('[data-mentions-me]').waitFor();
    await expectGoodView(page);
    const menuButton = page.getByRole('button', { name: /^Actions .*: Is it a moth/ });
    await menuButton.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await expectGoodView(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    expect(await menuButton.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('menu').getByText('Delete…').press('Enter');
    await page.getByRole('dialog').waitFor();
    await expectGoodView(page);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await bubbles(page).getByText('Message deleted').waitFor();
    await expectGoodView(page);
  });
});

it('opens the menu for a finger that rests on a message', async () => {
  const { ada } = await adaAskingGrace(system, { ada: phone });
  const bubble = bubbles(ada.page).first();
  const touch = { pointerType: 'touch', bubbles: true, clientX: 100, clientY: 100 };
  await bubble.dispatchEvent('pointerdown', touch);
  await ada.page.getByRole('menu').waitFor();
});
