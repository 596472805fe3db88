import { join, resolve } from 'node:path';
import { parsePort } from './preflight.ts';

export interface Settings {
  readonly port: number;
  readonly stateDir: string;
}

const repositoryRoot = join(import.meta.dirname, '..', '..');

/**
 * PORT and CONFAB_STATE_DIR, which is relative to the repository.
 * @throws StartupError when PORT is no port.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  return {
    port: parsePort(environment.PORT),
    stateDir: resolve(repositoryRoot, environment.CONFAB_STATE_DIR || '.local'),
  };
}
