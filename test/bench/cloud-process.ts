/** A cloud in a process of its own, so that the load generator and the system do not share an event loop. */
import { startCloud } from '../../localstack/cloud.ts';
import { prepareAssembly } from '../../localstack/template/prepare-assembly.ts';
import type { Answer, Question, Ready } from './cloud-messages.ts';

const [, , assemblyDir = '', stateDir = '', tap = ''] = process.argv;

const prepared = prepareAssembly({ dir: assemblyDir });
const cloud = await startCloud({
  stateDir,
  assemblyDir: prepared.then((assembly) => assembly.assemblyDir),
  tap: tap === 'tap',
  quiet: true,
});
await fetch(`${cloud.url}/health`);
tell({
  url: cloud.url,
  memoryMb: Object.fromEntries(cloud.plan.functions.map(({ name, memoryMb }) => [name, memoryMb])),
} satisfies Ready);

process.on('message', ({ id, ask }: Question) => void answer(id, ask));
// Whoever started this is gone.
process.on('disconnect', () => void cloud.close().finally(() => process.exit()));

async function answer(id: number, ask: Question['ask']): Promise<void> {
  const { user, system } = process.cpuUsage();
  if (ask === 'clear') cloud.tap?.clear();
  if (ask === 'stop') await cloud.close();
  tell({
    id,
    ...(ask === 'records' && { records: cloud.tap?.records ?? [] }),
    ...(ask === 'cpu' && { cpuMs: (user + system) / 1_000 }),
  } satisfies Answer);
  if (ask === 'stop') process.disconnect();
}

function tell(message: Answer | Ready): void {
  process.send?.(message);
}
