import { expect, it, vi } from 'vitest';
import {
  bubbles,
  desktop,
  hasHorizontalScroll,
  openConversation,
  phone,
  register,
  say,
  violations,
} from './person-page.ts';
import { webSystem } from './web-system.ts';

vi.setConfig({ testTimeout: 60_000 });

const system = webSystem();

const longLine = `const greeting = '${'hello '.repeat(40)}';`;
const message = (
  handle: string,
) => `**Bold**, *italic*, ~~gone~~, \`code\` for @${handle} <b onclick="x">raw</b>

> A quote of
> two lines

- first
- second
  1. inner

[bank.com](https://evil.example/a) and https://example.com/__init__/ but not [this](javascript:alert(1))

\`\`\`ts
${longLine}
\`\`\``;

it.each([
  ['light', desktop],
  ['dark', phone],
] as const)('[E2] shows what a message says with its marks, in %s colours', async (colorScheme, device) => {
  const grace = await register(system.browser, system.url, 'Grace Hopper', { ...device, colorScheme });
  const ada = await register(system.browser, system.url, 'Ada Lovelace', {
    ...desktop,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await openConversation(ada, grace);
  await say(ada.page, message(grace.handle));
  await grace.page.getByRole('link', { name: /Ada Lovelace/ }).click();

  const bubble = bubbles(grace.page);
  await bubble.getByRole('strong').getByText('Bold').waitFor();
  expect(await bubble.locator('em, s, p > code').allTextContents()).toEqual(['italic', 'gone', 'code']);
  expect(await bubble.locator('.mention').textContent()).toBe(`@${grace.handle}`);
  expect(await bubble.getByRole('blockquote').innerText()).toBe('A quote of\ntwo lines');
  expect(await bubble.getByRole('listitem').count()).toBe(3);
  expect(await bubble.locator('b').count()).toBe(0);
  const links = bubble.getByRole('link');
  expect(await links.allTextContents()).toEqual(['bank.com (evil.example)', 'https://example.com/__init__/']);
  expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer nofollow');

  const code = bubble.getByRole('group', { name: 'Code, ts' });
  expect(await code.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(true);
  expect(await hasHorizontalScroll(grace.page)).toBe(false);
  expect(await violations(grace.page)).toEqual([]);

  await bubbles(ada.page).getByRole('button', { name: 'Copy code' }).click();
  await bubbles(ada.page).getByRole('button', { name: 'Copied code' }).waitFor();
  expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(longLine);
});
