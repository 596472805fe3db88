/** `npm run reset`: deletes everything that a local Confab remembers: people, conversations, messages, logs. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './cloud/run-command.ts';
import { readSettings } from './cloud/settings.ts';
import { InstanceRunningError } from './cloud/startup-error.ts';
import { stateEntries, takeLock } from './cloud/state-folder.ts';

await runCommand(async () => {
  const { stateDir } = readSettings(process.env);
  const release = lockUnlessDamaged(stateDir);
  for (const name of stateEntries) rmSync(join(stateDir, name), { recursive: true, force: true });
  release();
  rmSync(join(stateDir, 'instance.lock'), { force: true });
  console.log(`The local state in ${stateDir} is deleted.`);
});

/** A lock that is damaged itself must not keep anybody from repairing the rest. */
function lockUnlessDamaged(stateDir: string): () => void {
  try {
    return takeLock(stateDir);
  } catch (error) {
    if (error instanceof InstanceRunningError) throw error;
    return () => {};
  }
}
