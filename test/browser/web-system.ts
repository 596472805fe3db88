import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, inject } from 'vitest';
// The types of what is injected.
import type {} from '../support/cloud.ts';
import { chromiumPath, launchBrowser } from './person-page.ts';

export interface WebSystem {
  readonly url: string;
  readonly browser: Browser;
}

/** The web client with its system, and a browser for the tests of one file, from before its first test until after its last. */
export function webSystem(): WebSystem {
  let browser: Browser | undefined;
  // A laptop need not have one; CI must.
  const isMissing = chromiumPath === undefined && !process.env.CI;
  beforeEach(({ skip }) =>
    skip(isMissing, 'there is no Chromium: install it, or say in CHROMIUM_PATH where it is'),
  );
  beforeAll(async () => {
    if (!isMissing) browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  return {
    url: inject('pagesUrl'),
    get browser() {
      if (!browser) throw new Error('the browser is there from beforeAll on');
      return browser;
    },
  };
}
