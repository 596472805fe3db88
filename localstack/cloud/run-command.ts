import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from './startup-error.ts';

const envFile = join(import.meta.dirname, '..', '..', '.env');

/**
 * Runs a command of the terminal with the settings of .env, if there is one, below those of the environment. What the
 * user can mend is said in two lines, and only a defect shows its stack. The exit code is 1 then.
 */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    if (existsSync(envFile)) process.loadEnvFile(envFile);
    await command();
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof StartupError ? `\n${error.message}\n→ ${error.wayOut}\n` : error);
  }
}
