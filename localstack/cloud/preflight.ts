import { createServer } from 'node:net';
import { StartupError } from './startup-error.ts';

export const oldestNodeMajor = 24;

/** @throws StartupError when this Node.js is too old. */
export function checkNodeVersion(version: string): void {
  const major = Number.parseInt(version, 10);
  if (major >= oldestNodeMajor) return;
  throw new StartupError(
    `Confab needs Node.js ${oldestNodeMajor} or newer, and this is ${version}.`,
    'Run it with `npm start`: `npm ci` has installed a Node.js of the right version into the project.',
  );
}

/**
 * The port that PORT asks for, or 8787.
 * @throws StartupError when PORT is no port.
 */
export function parsePort(value: string | undefined): number {
  if (value === undefined || value === '') return 8787;
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new StartupError(
    `PORT is "${value}", which is no port.`,
    'Use a number from 1 to 65535: PORT=8788 npm start',
  );
}

/** @throws StartupError when the port cannot be had. Port 0 always can. */
export async function checkPort(port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const problem = code === 'EACCES' ? `This user may not listen on port ${port}` : `Port ${port} is in use`;
    const other = port >= 65_535 || port < 1024 ? 8788 : port + 1;
    throw new StartupError(
      `${problem}.`,
      `End the program that has it, or take another one: PORT=${other} npm start`,
      { cause },
    );
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
