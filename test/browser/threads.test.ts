import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { bubbles, composer, eventually, expectGoodView, looks, phone, violations } from './person-page.ts';
import { adaAskingGrace } from './two-people.ts';
import { webSystem } from './web-system.ts';

// A browser takes its time, and more of it when other tests run beside it.
vi.setConfig({ testTimeout: 90_000 });

const system = webSystem();

async function choose(page: Page, text: string, item: string): Promise<void> {
  const button = page.getByRole('region', { name: /^Conversation with/ }).getByRole('button', {
    name: new RegExp(`^Actions .*: ${text}`),
  });
  // On a phone there is no room for it; a long press does the same.
  await button.dispatchEvent('click');
  await page.getByRole('menu').getByText(item, { exact: true }).click();
}

function thread(page: Page) {
  return page.getByRole('region', { name: 'Thread', exact: true });
}

/** A message of the thread; beside it there is what screen readers are told. */
function bubble(page: Page, text: string) {
  return thread(page).locator('.bubble').getByText(text);
}

async function reply(page: Page, text: string): Promise<void> {
  await thread(page).getByRole('textbox').fill(text);
  await thread(page).getByRole('button', { name: 'Send', exact: true }).click();
}

function chip(page: Page, name: string | RegExp) {
  return page.getByRole('region', { name: 'Messages', exact: true }).getByRole('button', { name });
}

describe.each(looks)('on $name', ({ options }) => {
  it('a thread has its replies to itself, and its own unread', async () => {
    const { ada, grace } = await adaAskingGrace(system, { grace: options });
    await choose(grace.page, 'Is it a moth', 'Reply in thread');
    await reply(grace.page, 'It has wings');
    await bubble(grace.page, 'It has wings').waitFor();
    await chip(ada.page, /^1 reply\s+1 unread$/).click();
    await bubble(ada.page, 'It has wings').waitFor();
    await reply(ada.page, 'Then it is');
    await bubble(grace.page, 'Then it is').waitFor();
    await expectGoodView(grace.page);

    await ada.page.getByRole('link', { name: 'Close the thread' }).click();
    await chip(ada.page, /^2 replies$/).waitFor();
    expect(await bubbles(ada.page).allTextContents()).toEqual(['Is it a moth?']);
    await ada.page.reload();
    await chip(ada.page, /^2 replies$/).waitFor();
    await eventually(() => bubbles(ada.page).allTextContents()).toEqual(['Is it a moth?']);
  });
});

it('shows the thread in the place of its conversation on a phone, and the back button works', async () => {
  const { grace } = await adaAskingGrace(system, { grace: phone });
  await choose(grace.page, 'Is it a moth', 'Reply in thread');
  await thread(grace.page).getByRole('textbox').waitFor();
  expect(await composer(grace.page).filter({ visible: true }).count()).toBe(1);
  await grace.page.goBack();
  await thread(grace.page).waitFor({ state: 'detached' });
  await bubbles(grace.page).getByText('Is it a moth?').waitFor();
});

it('passes a message on, and says whose it was', async () => {
  const { ada, grace } = await adaAskingGrace(system);
  await choose(grace.page, 'Is it a moth', 'Forward…');
  await grace.page.getByRole('dialog').getByRole('button', { name: 'Ada Lovelace' }).click();
  await grace.page.getByRole('dialog').getByRole('button', { name: 'Forward', exact: true }).click();
  for (const { page, whose } of [
    { page: ada.page, whose: 'Forwarded from you' },
    { page: grace.page, whose: 'Forwarded from Ada Lovelace' },
  ]) {
    await bubbles(page).getByText(whose).waitFor();
    await eventually(() => bubbles(page).last().getByText('Is it a moth?').count()).toBe(1);
  }
});

it('takes a report', async () => {
  const { grace } = await adaAskingGrace(system);
  await choose(grace.page, 'Is it a moth', 'Report…');
  await grace.page.getByLabel('What is wrong').selectOption('spam');
  expect(await violations(grace.page)).toEqual([]);
  await grace.page.getByRole('button', { name: 'Report', exact: true }).click();
  await grace.page.getByText('will look at it').waitFor();
});
