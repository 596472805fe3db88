import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../infra/settings.ts';
import { synthesizeCloud } from './cloud.ts';

const parse = (context: Record<string, unknown>) => parseSettings((key) => context[key]);

describe('the settings of a deployment', () => {
  it('are those of a stage that may be thrown away, unless the context says otherwise', () => {
    expect(parse({})).toEqual({
      stage: 'dev',
      production: false,
      site: true,
      allowedOrigins: [],
      adminEmails: [],
      connectionsPerUser: 20,
      mailIdentity: 'domain',
      smsMonthlyBudgetUsd: 20,
      webhookTargets: 'public',
      reconnectAfterMinutes: 100,
    });
  });

  it('read the strings of the command line', () => {
    expect(
      parse({
        stage: 'prod',
        production: 'true',
        emulator: 'ministack',
        site: 'false',
        allowedOrigins: 'https://a.example, http://127.0.0.1:5173',
        adminEmails: 'ada@example.com, Ops@example.com',
        connectionsPerUser: '100',
        smsMonthlyBudgetUsd: '0.5',
      }),
    ).toMatchObject({
      stage: 'prod',
      production: true,
      emulator: 'ministack',
      site: false,
      allowedOrigins: ['https://a.example', 'http://127.0.0.1:5173'],
      adminEmails: ['ada@example.com', 'Ops@example.com'],
      connectionsPerUser: 100,
      smsMonthlyBudgetUsd: 0.5,
    });
  });

  it.each([
    ['stage', 'Prod_1'],
    ['production', 'yes'],
    ['emulator', 'moto'],
    ['webSocketUrl', 'https://example.com/v1'],
    ['webSocketUrl', "wss://example.com/v1; script-src 'unsafe-inline'"],
    ['alarmEmail', 'nobody'],
    ['site', 'no'],
    ['webUrl', 'chat.example.com'],
    ['webUrl', 'https://chat.example.com/'],
    ['webUrl', '{apiId}'],
    ['allowedOrigins', '*'],
    ['allowedOrigins', 'null'],
    ['allowedOrigins', ''],
    ['adminEmails', ''],
    ['adminEmails', 'ada@example.com,nobody'],
    ['allowedOrigins', 'https://a.example,'],
    ['allowedOrigins', 'https://a.example/page'],
    ['allowedOrigins', 'https://*.example'],
    ['allowedOrigins', 'ws://a.example'],
    ['connectionsPerUser', '0'],
    ['connectionsPerUser', '101'],
    ['connectionsPerUser', '2.5'],
    ['connectionsPerUser', 'many'],
    ['mailFrom', 'Confab'],
    ['mailFrom', 'Confab <no-reply>'],
    ['mailFrom', 'Con"fab <no-reply@example.com>'],
    ['mailFrom', 'no-reply@example.com\nBcc: all@example.com'],
    ['mailIdentity', 'none'],
    ['smsMonthlyBudgetUsd', '0'],
    ['smsMonthlyBudgetUsd', '-1'],
  ])('refuse %s=%s by name', (key, value) => {
    expect(() => parse({ [key]: value })).toThrow(`-c ${key}=${JSON.stringify(value)}: `);
  });

  it.each(['no-reply@example.com', 'Confab <no-reply@example.com>', "Ada's Chat-2 <a+b@mail.example.co>"])(
    'take %s as a sender',
    (mailFrom) => {
      expect(parse({ mailFrom }).mailFrom).toBe(mailFrom);
    },
  );

  it('make templates that CloudFormation would accept, with no context at all', () => {
    expect(() =>
      synthesizeCloud({ web: true, validate: true, context: { mailFrom: undefined } }),
    ).not.toThrow();
  });

  it('make templates that CloudFormation would accept, with all of it', () => {
    const context = {
      stage: 'prod',
      production: 'true',
      webSocketUrl: 'wss://socket.example.com/v1',
      webUrl: 'https://chat.example.com',
      allowedOrigins: 'https://www.example.com',
      connectionsPerUser: '5',
      mailFrom: 'Confab <no-reply@example.com>',
      mailIdentity: 'address',
      smsMonthlyBudgetUsd: '50',
      alarmEmail: 'ops@example.com',
    };
    expect(() => synthesizeCloud({ web: true, validate: true, context })).not.toThrow();
  });

  it('put the stage into every stack name', () => {
    expect(synthesizeCloud({ web: true, context: { stage: 'ann' } }).stacks).toEqual([
      'confab-ann-data',
      'confab-ann-edge',
      'confab-ann-messaging',
      'confab-ann-api',
      'confab-ann-web',
    ]);
  });
});
