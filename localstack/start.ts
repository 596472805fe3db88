/** `npm start`: the whole of Confab on this machine. */
import { checkNodeVersion } from './cloud/preflight.ts';
import { runCommand } from './cloud/run-command.ts';

await runCommand(async () => {
  checkNodeVersion(process.versions.node);
  // Not before the check: these need a Node.js that is new enough.
  const { runInTerminal } = await import('./cloud/run-in-terminal.ts');
  await runInTerminal(process.env);
});
