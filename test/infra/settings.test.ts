import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../infra/settings.ts';
import { synthesizeCloud } from './cloud.ts';

const parse = (context: Record<string, unknown>) => parseSettings((key) => context[key]);

describe('the settings of a deployment', () => {
  it('are those of a stage that may be thrown away, unless the context says otherwise', () => {
    expect(parse({})).toEqual({ stage: 'dev', production: false });
  });

  it('read the strings of the command line', () => {
    expect(parse({ stage: 'prod', production: 'true', emulator: 'ministack' })).toEqual({
      stage: 'prod',
      production: true,
      emulator: 'ministack',
    });
  });

  it.each([
    ['stage', 'Prod_1'],
    ['production', 'yes'],
    ['emulator', 'moto'],
    ['webSocketUrl', 'https://example.com/v1'],
    ['webSocketUrl', "wss://example.com/v1; script-src 'unsafe-inline'"],
    ['alarmEmail', 'nobody'],
  ])('refuse %s=%s by name', (key, value) => {
    expect(() => parse({ [key]: value })).toThrow(`-c ${key}=${JSON.stringify(value)}: `);
  });

  it('make templates that CloudFormation would accept', () => {
    expect(() => synthesizeCloud({ web: true, validate: true })).not.toThrow();
  });

  it('put the stage into every stack name', () => {
    expect(synthesizeCloud({ context: { stage: 'ann' } }).stacks).toEqual([
      'confab-ann-data',
      'confab-ann-messaging',
      'confab-ann-api',
      'confab-ann-web',
    ]);
  });
});
