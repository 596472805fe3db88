import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CallRecord } from '../../localstack/aws-tap/tapped-call.ts';
import { type HttpClient, httpClient } from '../support/client.ts';
import type { Answer, Ask, Ready } from './cloud-messages.ts';

export interface ChildCloud {
  readonly http: HttpClient;
  readonly stateDir: string;
  /** Of each function, by its name. */
  readonly memoryMb: Readonly<Record<string, number>>;
  /** From the start of the process to its first answer over HTTP, with building and synthesizing. */
  readonly readyMs: number;
  /** Calls of functions to services since the last `clear`, without those of schedules; empty without a tap. */
  records(): Promise<readonly CallRecord[]>;
  clear(): Promise<void>;
  cpuMs(): Promise<number>;
  close(): Promise<void>;
}

/** What schedules do is done without anybody's message or request as well, and belongs to the cost of being there. */
export function isSchedule(functionName: string): boolean {
  return functionName.startsWith('schedules-');
}

/** Starts a cloud below `folder`; one after the other may share what was built in it. */
export async function startChildCloud(
  folder: string,
  options: { name: string; tap?: boolean },
): Promise<ChildCloud> {
  const startedAt = performance.now();
  const stateDir = join(folder, options.name);
  const script = join(import.meta.dirname, 'cloud-process.ts');
  const args = [join(folder, 'assembly'), stateDir, options.tap ? 'tap' : 'no-tap'];
  const child = fork(script, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the cloud did not start (exit code ${code})`)),
    ),
  ])) as [Ready];
  const readyMs = performance.now() - startedAt;

  let questions = 0;
  const ask = async (question: Ask): Promise<Answer> => {
    questions += 1;
    const id = questions;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const listen = (answer: Answer) => {
      if (answer.id === id) resolve(answer);
    };
    child.on('message', listen);
    child.send({ id, ask: question });
    return await promise.finally(() => child.off('message', listen));
  };

  return {
    http: httpClient(ready.url),
    stateDir,
    memoryMb: ready.memoryMb,
    readyMs,
    records: async () =>
      ((await ask('records')).records ?? []).filter(({ functionName }) => !isSchedule(functionName)),
    clear: async () => {
      await ask('clear');
    },
    cpuMs: async () => (await ask('cpu')).cpuMs ?? 0,
    close: async () => {
      if (!child.connected) return;
      const exited = once(child, 'exit');
      await ask('stop');
      await exited;
    },
  };
}
