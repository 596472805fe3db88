import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { checkNodeVersion, checkPort, parsePort } from './preflight.ts';
import { StartupError } from './startup-error.ts';

it('accepts Node.js 24 and newer, and tells others how to get it', () => {
  expect(() => checkNodeVersion('24.21.0')).not.toThrow();
  expect(() => checkNodeVersion('26.0.0')).not.toThrow();
  expect(() => checkNodeVersion('22.18.0')).toThrow('Confab needs Node.js 24 or newer, and this is 22.18.0.');
});

it('takes PORT, or 8787, and refuses what is no port', () => {
  expect([parsePort(undefined), parsePort(''), parsePort('9000')]).toEqual([8787, 8787, 9000]);
  for (const value of ['http', '70000', '-1', '80.5']) expect(() => parsePort(value)).toThrow(StartupError);
});

it('says that a port is in use and how to take another one', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const problem = await checkPort(port).catch((error: unknown) => error);
  await new Promise((resolve) => other.close(resolve));
  expect(problem).toMatchObject({
    message: `Port ${port} is in use.`,
    wayOut: expect.stringMatching(/PORT=\d+ npm start$/),
  });
  await expect(checkPort(port)).resolves.toBeUndefined();
});
