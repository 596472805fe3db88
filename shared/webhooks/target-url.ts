import { isIP } from 'node:net';
import { AppError } from '../errors.ts';
import { isPublicAddress } from './public-address.ts';

/** `public`: servers on the internet, over TLS. `any`: also what runs beside us, for a laptop. */
export type WebhookTargets = 'public' | 'any';

const publicPorts: ReadonlySet<string> = new Set(['', '8443']);
/** Names that lead nowhere outside of a network (RFC 6761, RFC 6762, RFC 8375, RFC 9476 and what clouds use). */
const localName =
  /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home\.arpa|test|invalid|onion|alt)$/;

/**
 * The address of a receiver in its one normal form: what was written as a number, in another script or with escapes is
 * judged by what it means. That a name leads to a public address is seen to at each delivery, because it may change.
 * Throws `webhook.url_invalid`, saying what is wrong.
 */
export function targetUrl(text: string, targets: WebhookTargets): URL {
  const url = URL.parse(text);
  if (!url) throw invalid('it is not a URL');
  if (url.protocol !== 'https:' && (targets === 'public' || url.protocol !== 'http:'))
    throw invalid('it must begin with https://');
  if (url.username !== '' || url.password !== '') throw invalid('it must not have a name or password in it');
  url.hash = '';
  if (targets === 'public') requirePublic(url);
  return url;
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function requirePublic(url: URL): void {
  const host = hostOf(url);
  if (!publicPorts.has(url.port)) throw invalid('its port must be 443 or 8443');
  const isPublic =
    isIP(host) === 0
      ? host.includes('.') && !host.endsWith('.') && !localName.test(host)
      : isPublicAddress(host);
  if (!isPublic) throw invalid('it must be a server on the public internet');
}

function invalid(why: string): AppError {
  return new AppError('webhook.url_invalid', `url: ${why}`);
}
