import { type ChildProcess, spawn } from 'node:child_process';

/**
 * The shell ends the program when its own standard input ends, and that happens however this process dies. The loop
 * is a builtin, so that killing the watcher leaves nothing behind.
 */
const guard = `
exec 3<&0
"$@" 3<&- </dev/null & program=$!
{ while read -r _; do :; done; kill "$program" 2>/dev/null; } <&3 & watcher=$!
wait "$program"; status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`;

export interface GuardedProcess {
  /** Resolves with why it ended, and with the last that it wrote to standard error. */
  readonly ended: Promise<{ readonly status: string; readonly stderr: string }>;
  /** Asks it to end, and after `graceMs` makes it. Resolves when it has. */
  stop(graceMs?: number): Promise<void>;
  /** As if it crashed. */
  kill(): void;
}

/**
 * Starts a program that does not outlive this process, even when this process is killed. It is in a process group of
 * its own: a Ctrl-C in the terminal reaches this process alone, which ends the program when nothing needs it any more.
 */
export function startGuarded(program: string, args: readonly string[]): GuardedProcess {
  const withShell = process.platform !== 'win32';
  const child = withShell
    ? spawn('/bin/sh', ['-c', guard, 'guard', program, ...args], stdio({ detached: true }))
    : spawn(program, args, stdio({ detached: false }));
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4_000);
  });
  // The pipe breaks when the program ends first.
  child.stdin?.on('error', () => {});

  const ended = new Promise<{ status: string; stderr: string }>((resolve) => {
    child.once('error', (error) => resolve({ status: error.message, stderr }));
    child.once('close', (code, signal) => resolve({ status: String(signal ?? code), stderr }));
  });
  const kill = (): void => killGroup(child, withShell);
  const killAtExit = (): void => kill();
  if (!withShell) process.once('exit', killAtExit);
  void ended.then(() => process.off('exit', killAtExit));

  return {
    ended,
    kill,
    async stop(graceMs = 2_000) {
      child.stdin?.end();
      if (!withShell) child.kill();
      const timer = setTimeout(kill, graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function stdio({ detached }: { detached: boolean }) {
  return { detached, stdio: ['pipe', 'ignore', 'pipe'] as ['pipe', 'ignore', 'pipe'] };
}

function killGroup(child: ChildProcess, isGroup: boolean): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(isGroup ? -child.pid : child.pid, 'SIGKILL');
  } catch {
    // It ended at this very moment.
  }
}
