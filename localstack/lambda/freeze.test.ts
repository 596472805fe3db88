import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { aBundle, aRunner } from './runner-fixture.ts';

const leavesTimerBehind = `
  import { writeFileSync } from 'node:fs';
  export const handler = async ({ marker, waitMs }) => {
    if (marker) setTimeout(() => { writeFileSync(marker, ''); globalThis.fired = true; }, 5);
    if (waitMs) await new Promise((resolve) => setTimeout(resolve, waitMs));
    return globalThis.fired === true;
  };`;

it('runs nothing that a handler left behind until the next invocation thaws it', async () => {
  const { runner, define } = aRunner();
  const marker = join(await aBundle(''), 'fired');
  await define(leavesTimerBehind);
  await define(leavesTimerBehind, { name: 'clock' });

  await runner.invoke('fn', { marker });
  // Ten times as long in an environment that is not frozen.
  await runner.invoke('clock', { waitMs: 50 });
  expect(existsSync(marker)).toBe(false);

  expect(await runner.invoke('fn', {})).toMatchObject({ payload: true });
  expect(existsSync(marker)).toBe(true);
});

it('runs the same timer while the handler is still awaiting something', async () => {
  const { runner, define } = aRunner();
  const marker = join(await aBundle(''), 'fired');
  await define(leavesTimerBehind);
  expect(await runner.invoke('fn', { marker, waitMs: 50 })).toMatchObject({ payload: true });
});

it('holds back a request that was not awaited', async () => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.end('ok');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { runner, define } = aRunner();
  await define(`
    export const handler = async ({ url }) => {
      if (url) globalThis.request = fetch(url).then((response) => response.text());
      else return await globalThis.request;
    };`);
  await define(leavesTimerBehind, { name: 'clock' });

  await runner.invoke('fn', { url: `http://127.0.0.1:${port}/` });
  await runner.invoke('clock', { waitMs: 50 });
  expect(requests).toBe(0);

  expect(await runner.invoke('fn', {})).toMatchObject({ payload: 'ok' });
  expect(requests).toBe(1);
});
