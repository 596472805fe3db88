import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib/core';
import { describe, expect, it } from 'vitest';
import { MailSender } from '../../infra/constructs/mail-sender.ts';
import { type Cloud, synthesizeCloud } from './cloud.ts';

interface Statement {
  readonly Action: string;
  readonly Resource: readonly unknown[];
  readonly Condition?: unknown;
}

const consumer = 'consumers/process-account-events';

function variables(cloud: Cloud): Record<string, unknown> | undefined {
  return cloud
    .resources<{ Description: string; Environment: { Variables: Record<string, unknown> } }>(
      'AWS::Lambda::Function',
    )
    .find(({ properties }) => properties.Description === `Confab ${consumer}`)?.properties.Environment
    .Variables;
}

/** Every statement of the account that lets somebody send mail. */
function sending(cloud: Cloud): Statement[] {
  return cloud
    .resources<{ PolicyDocument: { Statement: Statement[] } }>('AWS::IAM::Policy')
    .flatMap(({ properties }) => properties.PolicyDocument.Statement)
    .filter(({ Action }) => JSON.stringify(Action).includes('ses:'));
}

describe('mail', () => {
  const withMail = (context: Record<string, unknown> = {}) =>
    synthesizeCloud({ context: { mailFrom: 'Confab <no-reply@mail.example.com>', ...context } });

  it('comes from the domain of the sender, which is to be proven by DNS records that the deployment prints', () => {
    const template = withMail().template('messaging');
    template.hasResourceProperties('AWS::SES::EmailIdentity', { EmailIdentity: 'mail.example.com' });
    expect(
      Object.keys(template.findOutputs('*')).filter((name) => name.startsWith('MailDnsRecord')),
    ).toHaveLength(3);
  });

  it('comes from the address alone, if the context says so', () => {
    const template = withMail({ mailIdentity: 'address' }).template('messaging');
    template.hasResourceProperties('AWS::SES::EmailIdentity', { EmailIdentity: 'no-reply@mail.example.com' });
  });

  it('goes over TLS only, is not tried where it bounced, and is counted', () => {
    const cloud = withMail();
    const [settings] = cloud.resources('AWS::SES::ConfigurationSet');
    expect(settings?.properties).toEqual({
      DeliveryOptions: { TlsPolicy: 'REQUIRE' },
      ReputationOptions: { ReputationMetricsEnabled: true },
      SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
    const [identity] = cloud.resources<{ ConfigurationSetAttributes: { ConfigurationSetName: unknown } }>(
      'AWS::SES::EmailIdentity',
    );
    expect(cloud.readable(identity?.properties.ConfigurationSetAttributes.ConfigurationSetName)).toBe(
      settings?.name,
    );
  });

  it('may be sent by the one consumer, as the one sender', () => {
    const statements = sending(withMail());
    expect(statements).toEqual([
      {
        Action: 'ses:SendEmail',
        Condition: { StringEquals: { 'ses:FromAddress': 'no-reply@mail.example.com' } },
        Effect: 'Allow',
        Resource: [expect.anything(), expect.anything()],
      },
    ]);
  });

  it.each([
    ['an identity that the account has already', { mailIdentity: 'existing' }],
    ['MiniStack', { emulator: 'ministack' }],
  ])('needs no resource of its own on %s', (_name, context) => {
    const cloud = withMail(context);
    expect(cloud.everything().filter(({ type }) => type.startsWith('AWS::SES::'))).toEqual([]);
    const resources = sending(cloud).flatMap(({ Resource }) => Resource.map((arn) => cloud.readable(arn)));
    expect(resources.map((arn) => arn.slice(arn.indexOf('identity/')))).toEqual([
      'identity/mail.example.com',
      'identity/no-reply@mail.example.com',
    ]);
    expect(variables(cloud)?.MAIL_FROM).toBe('Confab <no-reply@mail.example.com>');
  });

  it('leads to the page: the site, a custom domain, or the API where there is no page', () => {
    const webUrl = (context: Record<string, unknown>) => {
      const cloud = synthesizeCloud({ context });
      return cloud.readable(variables(cloud)?.WEB_URL);
    };
    expect(webUrl({})).toBe('https://SiteDistribution.DomainName');
    expect(webUrl({ webUrl: 'https://chat.example.com' })).toBe('https://chat.example.com');
    expect(webUrl({ webUrl: '{httpApiUrl}' })).toBe('HttpApi.ApiEndpoint');
    expect(webUrl({ site: 'false' })).toBe('HttpApi.ApiEndpoint');
  });

  it('is not sent without a sender: no identity, no right, an empty name, and a warning', () => {
    const cloud = synthesizeCloud({ context: { mailFrom: undefined } });
    expect(cloud.everything().filter(({ type }) => type.startsWith('AWS::SES::'))).toEqual([]);
    expect(sending(cloud)).toEqual([]);
    expect(variables(cloud)?.MAIL_FROM).toBe('');

    const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Stack');
    new MailSender(stack, 'Mail', { mailIdentity: 'domain' });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('No mail can be sent.*mailFrom'));
  });
});
