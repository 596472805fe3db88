import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../docs/generate-openapi.ts';
import { httpApi } from '../../events/http-api.ts';
import { httpRoutes } from '../../functions/routes.ts';

const file = new URL('../../docs/openapi.json', import.meta.url);

describe('docs/openapi.json', () => {
  it('is what the contracts say today: `npm run docs` writes it', () => {
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(openApiDocument());
  });

  it('describes every route, and no other', () => {
    const described = Object.entries(openApiDocument().paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(httpRoutes.map(({ route }) => route).sort());
    expect(described.sort()).toEqual(Object.keys(httpApi).sort());
  });

  it('has nothing that its linter finds wrong', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      rules: { 'no-server-example.com': 'off' },
    });
    const problems = await lintFromString({ source: readFileSync(file, 'utf8'), config });
    expect(
      problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`),
    ).toEqual([]);
  });

  it('fails when something is wrong with it', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const broken = { ...openApiDocument(), paths: { '/x': { get: { responses: {} } } } };
    expect(await lintFromString({ source: JSON.stringify(broken), config })).not.toEqual([]);
  });

  it('names every body of a request and of an answer once', () => {
    const text = JSON.stringify(openApiDocument());
    for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(openApiDocument().components.schemas).toHaveProperty(name);
  });
});
