import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readAssembly } from './assembly.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function anAssembly(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), JSON.stringify(content));
  return folder;
}

const artifact = (id: string, dependencies: string[] = []) => ({
  type: 'aws:cloudformation:stack',
  dependencies,
  properties: { templateFile: `${id}.json`, stackName: `stack-${id}` },
});

it('reads the stacks, each after the ones that it depends on', () => {
  const directory = anAssembly({
    'manifest.json': {
      artifacts: {
        Web: artifact('Web', ['Api', 'Web.assets']),
        'Web.assets': { type: 'cdk:asset-manifest' },
        Api: artifact('Api', ['Data']),
        Data: artifact('Data'),
      },
    },
    'Web.json': {},
    'Api.json': {},
    'Data.json': { Resources: { Q: { Type: 'AWS::SQS::Queue' } } },
  });
  const stacks = readAssembly(directory);
  expect(stacks.map(({ name }) => name)).toEqual(['stack-Data', 'stack-Api', 'stack-Web']);
  expect(stacks[0]).toMatchObject({ directory, template: { Resources: { Q: { Properties: {} } } } });
});

it('names the file that it cannot read', () => {
  const directory = anAssembly({});
  expect(() => readAssembly(directory)).toThrow(`Cannot read ${join(directory, 'manifest.json')}`);
});
