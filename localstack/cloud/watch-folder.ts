import { watch } from 'node:fs';

/** Editors write a file in several steps, and a checkout many files. */
const settleMs = 150;

/** Calls `onChange` when files below the folder have changed and then stayed alone for a moment. */
export function watchFolder(folder: string, onChange: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(folder, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  });
  // A folder that is taken away ends the watch; a restart begins a new one.
  watcher.on('error', () => watcher.close());
  return {
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
