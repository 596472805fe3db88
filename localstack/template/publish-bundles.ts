import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Copies what a build made to the folder that functions run from, and answers the bundles that are different from
 * before. A build in progress empties or removes its files, and one that fails leaves nothing: code must not be
 * loaded from where it is built.
 */
export function publishBundles(builtDir: string, liveDir: string): string[] {
  return readdirSync(builtDir).filter((bundle) => {
    const files = readdirSync(join(builtDir, bundle));
    mkdirSync(join(liveDir, bundle), { recursive: true });
    const changed = files.map((file) =>
      replaceFile(join(builtDir, bundle, file), join(liveDir, bundle, file)),
    );
    return changed.includes(true);
  });
}

/** At once and as a whole, so that nobody ever reads half of it. */
function replaceFile(source: string, target: string): boolean {
  const content = readFileSync(source);
  if (existsSync(target) && readFileSync(target).equals(content)) return false;
  writeFileSync(`${target}.new`, content);
  renameSync(`${target}.new`, target);
  return true;
}
