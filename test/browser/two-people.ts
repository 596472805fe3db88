import type { BrowserContextOptions } from 'playwright-core';
import { bubbles, openConversation, type PersonPage, register, say } from './person-page.ts';
import type { WebSystem } from './web-system.ts';

export interface TwoPeople {
  readonly ada: PersonPage;
  readonly grace: PersonPage;
}

/** Two new people, each in a browser of their own with these options. */
export async function adaAndGrace(
  { browser, url }: WebSystem,
  options: { readonly ada?: BrowserContextOptions; readonly grace?: BrowserContextOptions } = {},
): Promise<TwoPeople> {
  const [ada, grace] = await Promise.all([
    register(browser, url, 'Ada Lovelace', options.ada),
    register(browser, url, 'Grace Hopper', options.grace),
  ]);
  return { ada, grace };
}

/** The two in their conversation, with one message of Ada's: Is it a moth? */
export async function adaAskingGrace(...args: Parameters<typeof adaAndGrace>): Promise<TwoPeople> {
  const { ada, grace } = await adaAndGrace(...args);
  await openConversation(ada, grace);
  await say(ada.page, 'Is it a moth?');
  await grace.page.getByRole('link', { name: /Ada Lovelace/ }).click();
  await bubbles(grace.page).getByText('Is it a moth?').waitFor();
  return { ada, grace };
}
