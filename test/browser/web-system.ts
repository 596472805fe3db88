import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';
import { startCloud } from '../../localstack/cloud.ts';
// The types of what is injected.
import type {} from '../support/cloud.ts';
import { launchBrowser } from './person-page.ts';

interface WebSystem {
  /** Where the page and the API are. */
  readonly url: string;
  close(): Promise<void>;
}

/** The system and a browser for the tests of one file, from before its first test until after its last. */
export function webSystem(): { readonly url: string; readonly browser: Browser } {
  let system: WebSystem | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    [system, browser] = await Promise.all([startWebSystem(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.close();
  });
  const running = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the system is there from beforeAll on');
    return part;
  };
  return {
    get url() {
      return running(system).url;
    },
    get browser() {
      return running(browser);
    },
  };
}

/** The system with the present web client: the one at CONFAB_URL, or an embedded cloud of its own. */
async function startWebSystem(): Promise<WebSystem> {
  const external = process.env.CONFAB_URL;
  if (external) return { url: external, close: async () => {} };

  const folder = mkdtempSync(join(tmpdir(), 'confab-browser-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    const cloud = await startCloud({
      stateDir: join(folder, 'state'),
      assemblyDir: inject('assemblyDir'),
      webDir: inject('webDir'),
      quiet: true,
    });
    return {
      url: cloud.url,
      async close() {
        await cloud.close();
        removeFolder();
      },
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}
