import { StartupError } from './startup-error.ts';

/**
 * Runs a command of the terminal: what the user can mend is said in two lines, and only a defect shows its stack.
 * The exit code is 1 then.
 */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof StartupError ? `\n${error.message}\n→ ${error.wayOut}\n` : error);
  }
}
