import { readdirSync, readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { asyncApiDocument } from '../../docs/generate-asyncapi.ts';

const text = readFileSync(new URL('../../docs/asyncapi.json', import.meta.url), 'utf8');
const samples = new URL('../../events/samples/', import.meta.url);
const ajv = new Ajv2020({ strict: false }).addSchema(asyncApiDocument(), 'confab');

describe('docs/asyncapi.json', () => {
  it('is what the contracts say today: `npm run docs` writes it', () => {
    expect(JSON.parse(text)).toEqual(asyncApiDocument());
  });

  it('has nothing that its linter finds wrong', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: text, config });
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
  });

  const files = ['client-frames', 'server-frames'].flatMap((folder) =>
    newest(readdirSync(new URL(`${folder}/`, samples))).map((file) => ({ folder, file })),
  );
  it.each(files)('describes $folder/$file', ({ folder, file }) => {
    const frame = JSON.parse(readFileSync(new URL(`${folder}/${file}`, samples), 'utf8'));
    const id = folder === 'client-frames' ? frame.action : `server.${frame.type}`;
    const validate = ajv.compile({ $ref: `confab#/components/messages/${id}/payload` });
    expect(validate(frame), ajv.errorsText(validate.errors)).toBe(true);
    expect(validate({ ...frame, [folder === 'client-frames' ? 'action' : 'type']: 'x' })).toBe(false);
  });
});

/** The latest sample of each kind: older ones may lack what every frame of today has. */
function newest(files: readonly string[]): string[] {
  const byKind = Map.groupBy(files.toSorted(), (file) => file.replace(/\.v\d+\.json$/, ''));
  return [...byKind.values()].map((versions) => versions.at(-1) ?? '');
}
