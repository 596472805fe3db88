import { domainToASCII, domainToUnicode } from 'node:url';
import { foldCase } from '../text.ts';

const atom = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const localPart = new RegExp(`^(?=.{1,64}$)${atom}(?:\\.${atom})*$`);
const hostName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Where mail for an address goes, in ASCII; undefined where there can be no such mailbox. It follows from the folded
 * address alone, so that addresses which count as one have one mailbox: a code for `Anna@…` in other letters that fold to
 * the same must not go elsewhere. And each mailbox has one address: what a mail server would read as another one
 * (`x<anna@example.org>`, a second spelling of its domain) has none, or the limits per address could be walked around.
 * SES takes no SMTPUTF8: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html
 */
export function mailbox(address: string): string | undefined {
  const [local = '', domain = '', ...rest] = foldCase(address).split('@');
  const host = domainToASCII(domain);
  const isOneSpelling = domainToUnicode(host) === domain;
  if (rest.length > 0 || !isOneSpelling || !localPart.test(local) || !hostName.test(host)) return undefined;
  return `${local}@${host}`;
}
