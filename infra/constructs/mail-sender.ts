import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { ConfabFunction } from './confab-function.ts';

export type MailSenderProps = Pick<Settings, 'mailFrom' | 'mailIdentity' | 'emulator'>;

/** Who mails come from, and the right to send as them and as nobody else. */
export class MailSender extends Construct {
  /** `Name <address>` or an address; empty: no mail can be sent. */
  readonly from: string;
  readonly #address: string;
  readonly #resources: readonly string[];

  constructor(scope: Construct, id: string, { mailFrom = '', mailIdentity, emulator }: MailSenderProps) {
    super(scope, id);
    this.from = mailFrom;
    this.#address = /<(.+)>$/.exec(mailFrom)?.[1] ?? mailFrom;
    const domain = this.#address.slice(this.#address.indexOf('@') + 1);
    if (!this.from) {
      this.#resources = [];
      Annotations.of(this).addWarningV2(
        'confab:mailFrom',
        'No mail can be sent: nobody can prove an address or reset a password. Say who mails come from: -c mailFrom=…',
      );
    } else if (mailIdentity === 'existing' || emulator) {
      // Whichever of the two is verified; SES picks the address if both are.
      this.#resources = [this.#arn('identity', domain), this.#arn('identity', this.#address)];
    } else {
      this.#resources = this.#verify(
        mailIdentity === 'domain' ? Identity.domain(domain) : Identity.email(this.#address),
      );
    }
  }

  /**
   * SendEmail from this one address. SES asks for a right on the identity and on its configuration set.
   * https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
   */
  allowSend(grantee: ConfabFunction): void {
    if (!this.from) return;
    grantee.addToRolePolicy(
      new PolicyStatement({
        actions: ['ses:SendEmail'],
        resources: [...this.#resources],
        conditions: { StringEquals: { 'ses:FromAddress': this.#address } },
      }),
    );
  }

  /** The configuration set is the identity's default one, so that whoever sends need not name it. */
  #verify(identity: Identity): string[] {
    const settings = new ConfigurationSet(this, 'Settings', {
      // A code is worth an account: never over the network in the clear.
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      // SES judges a sender by bounces and complaints: an address is not tried a second time.
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
      reputationMetrics: true,
    });
    const verified = new EmailIdentity(this, 'Identity', { identity, configurationSet: settings });
    if (!identity.value.includes('@')) this.#printDnsRecords(verified);
    return [verified.emailIdentityArn, this.#arn('configuration-set', settings.configurationSetName)];
  }

  #printDnsRecords({ dkimRecords }: EmailIdentity): void {
    for (const [index, { name, value }] of dkimRecords.entries()) {
      new CfnOutput(this, `DnsRecord${index + 1}`, { value: `${name} CNAME ${value}` });
    }
  }

  #arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'ses', resource, resourceName });
  }
}
