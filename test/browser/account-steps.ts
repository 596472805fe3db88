import type { Page, Route } from 'playwright-core';
import { expect } from 'vitest';
import { isLive, type PersonPage, password } from './person-page.ts';

export async function openSettings(page: Page, section: string): Promise<void> {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: section }).click();
  await page.getByRole('heading', { name: section, exact: true }).waitFor();
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
}

/** With the password; the page may then ask for a second factor. */
export async function fillIn({ page, email }: PersonPage, thePassword = password): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(thePassword);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function signIn(person: PersonPage, thePassword = password): Promise<void> {
  await fillIn(person, thePassword);
  await isLive(person.page);
}

/** The next request to this path is refused as the server does. */
export async function refuseOnce(
  page: Page,
  path: string,
  refusal: { status: number; code: string; retryAfterSeconds?: number },
): Promise<void> {
  const { status, code, retryAfterSeconds } = refusal;
  const body = { type: 'about:blank', title: code, status, detail: code, code, request_id: 'r' };
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  const refuse = (route: Route) => route.fulfill({ status, headers, json: body });
  await page.route(`**${path}`, refuse, { times: 1 });
}

/** Everything that a browser keeps for a page: what is in it must be nobody's after signing out. */
export async function localStores(page: Page) {
  return await page.evaluate(async () => {
    const count = (database: IDBDatabase, store: string) =>
      new Promise<number>((resolve, reject) => {
        const counting = database.transaction(store).objectStore(store).count();
        counting.onsuccess = () => resolve(counting.result);
        counting.onerror = () => reject(counting.error);
      });
    const open = (name: string) =>
      new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
    let records = 0;
    for (const { name } of await indexedDB.databases()) {
      const database = await open(name ?? '');
      for (const store of database.objectStoreNames) records += await count(database, store);
      database.close();
    }
    return {
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      caches: await caches.keys(),
      cookies: document.cookie,
      records,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
    };
  });
}

export const emptyStores: Awaited<ReturnType<typeof localStores>> = {
  local: [],
  session: [],
  caches: [],
  cookies: '',
  records: 0,
  workers: 0,
};

export async function expectNoTrace(page: Page, words: readonly string[]): Promise<void> {
  const shown = await page.content();
  for (const word of words) expect(shown).not.toContain(word);
}
