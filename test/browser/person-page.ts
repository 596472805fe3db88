import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { defaultEnvironment } from '../../web/client/environment.ts';
import { createHttpClient } from '../../web/client/http-client.ts';
import { localSessionStore } from '../../web/client/session-store.ts';
import { createSignInApi } from '../../web/client/sign-in-api.ts';

export const desktop = { viewport: { width: 1100, height: 720 }, locale: 'en-GB' } as const;
export const phone = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
  deviceScaleFactor: 2,
  locale: 'en-GB',
} as const;

/** The two ends of what the client has to look good on, for `describe.each`. */
export const looks = [
  { name: 'desktop, light', options: { ...desktop, colorScheme: 'light' } },
  { name: 'phone, dark', options: { ...phone, colorScheme: 'dark' } },
] as const;

/** Shorter than the patience of a whole test, so that a failure says what was waited for. */
const patienceMs = 15_000;

/** Looks again and again until what it reads is as expected. */
export function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: patienceMs });
}

/** The shell is the same engine without the windows around it, and takes a third of the time of a page. */
const installed = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/google-chrome'];

/** Undefined where there is none. */
export const chromiumPath = process.env.CHROMIUM_PATH ?? installed.find(existsSync);

export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    // Containers run tests as root, where Chromium has no sandbox.
    args: ['--no-sandbox'],
  });
}

export interface PersonPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly email: string;
  readonly handle: string;
  readonly displayName: string;
}

export const password = 'a long enough password';

/** Somebody new, in a browser of their own, who fills in the form. */
export async function registerByHand(
  browser: Browser,
  url: string,
  displayName: string,
  options: BrowserContextOptions = desktop,
): Promise<PersonPage> {
  const { page, context } = await newPage(browser, options);
  const { handle, email } = identity(displayName);
  await page.goto(url);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Name', { exact: true }).fill(displayName);
  await page.getByLabel('Handle').fill(handle);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await isLive(page);
  return { page, context, email, handle, displayName };
}

/** Somebody new, signed in already in a browser of their own. */
export async function register(
  browser: Browser,
  url: string,
  displayName: string,
  options: BrowserContextOptions = desktop,
): Promise<PersonPage> {
  const { handle, email } = identity(displayName);
  const localStorage: { name: string; value: string }[] = [];
  const storage = { setItem: (name: string, value: string) => localStorage.push({ name, value }) };
  const sessions = localSessionStore(storage as unknown as Storage);
  const environment = defaultEnvironment();
  const http = createHttpClient({ baseUrl: url, sessions, environment, onSignedOut: () => {} });
  await createSignInApi(http).register({ email, handle, display_name: displayName, password });

  const storageState = { cookies: [], origins: [{ origin: url, localStorage }] };
  const { page, context } = await newPage(browser, { ...options, storageState });
  await page.goto(url);
  await isLive(page);
  return { page, context, email, handle, displayName };
}

export function identity(displayName: string): { handle: string; email: string } {
  const handle = `${displayName.toLowerCase().replace(/\W/g, '')}-${crypto.randomUUID().slice(0, 8)}`;
  return { handle, email: `${handle}@example.test` };
}

/** A page of a context that ends with the test. A script error or a breach of the CSP on it fails the test. */
export async function newPage(browser: Browser, options: BrowserContextOptions = desktop) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(patienceMs);
  const errors: Error[] = [];
  context.on('weberror', (webError) => errors.push(webError.error()));
  context.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) errors.push(new Error(message.text()));
  });
  onTestFinished(async () => {
    await context.close();
    if (errors.length > 0)
      throw new AggregateError(errors, `The page threw: ${errors.map(String).join('; ')}`);
  });
  return { context, page: await context.newPage() };
}

/** The page has caught up with the server. */
export async function isLive(page: Page): Promise<void> {
  await page.locator('[data-connection="live"]').waitFor({ state: 'attached' });
}

/** Takes the network away, and waits until the page has noticed: an open socket may carry a last frame. */
export async function goOffline({ context, page }: PersonPage): Promise<void> {
  await context.setOffline(true);
  await page.getByText('You are offline').waitFor();
}

/** Finds the other by handle and opens the conversation of the two. */
export async function openConversation(from: PersonPage, to: PersonPage): Promise<void> {
  await from.page.getByRole('button', { name: 'New conversation' }).click();
  await from.page.getByLabel('Find people').fill(to.handle);
  await from.page.getByRole('button', { name: to.displayName }).click();
  await from.page.getByRole('button', { name: 'Start conversation' }).click();
  await composer(from.page).waitFor();
}

export function composer(page: Page) {
  return page.getByRole('textbox', { name: /^Message to/ });
}

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** The messages that the page shows, from top to bottom. */
export function bubbles(page: Page) {
  return page.getByRole('region', { name: 'Messages' }).locator('.bubble');
}

/** The violations that axe finds, as readable lines; none is good. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

/** It is accessible and fits the screen. */
export async function expectGoodView(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
  expect(await hasHorizontalScroll(page)).toBe(false);
}

export async function hasHorizontalScroll(page: Page): Promise<boolean> {
  return await page.evaluate(
    () =>
      document.documentElement.scrollWidth > window.screen.width || window.innerWidth > window.screen.width,
  );
}
