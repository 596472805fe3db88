/**
 * Once per run, before the tests that need a whole system: builds and synthesizes it, and starts the one cloud that all
 * flows share. With CONFAB_URL they talk to the system there instead.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startCloud } from '../../localstack/cloud.ts';
import { prepareAssembly } from '../../localstack/template/prepare-assembly.ts';
// The types of what is provided.
import type {} from './cloud.ts';

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'confab-flows-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const prepared = prepareAssembly({ dir: join(folder, 'assembly') });
  try {
    const external = process.env.CONFAB_URL;
    const cloud = external ? undefined : await startShared(join(folder, 'state'), prepared);
    project.provide('confabUrl', external ?? cloud?.url ?? '');
    project.provide('assemblyDir', (await prepared).assemblyDir);
    return async () => {
      await cloud?.close();
      removeFolder();
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

async function startShared(stateDir: string, prepared: ReturnType<typeof prepareAssembly>) {
  return await startCloud({
    stateDir,
    assemblyDir: prepared.then(({ assemblyDir }) => assemblyDir),
    quiet: true,
  });
}
