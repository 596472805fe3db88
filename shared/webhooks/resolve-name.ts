import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** The addresses of a host, those of IPv4 first; an address is its own. Empty when there are none. */
export type ResolveName = (host: string, signal: AbortSignal) => Promise<string[]>;

/**
 * Asks the name servers, those of the system unless told, and nothing else: no hosts file, and none of the few threads that
 * the look-ups of the SDK wait for, which a slow name server of somebody else's would keep.
 */
export function publicNames(servers?: readonly string[]): ResolveName {
  return async (host, signal) => {
    if (isIP(host) !== 0) return [host];
    const resolver = new Resolver({ timeout: 1_500, tries: 2 });
    if (servers) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const [four, six] = await Promise.all([
        resolver.resolve4(host).catch(noAddresses),
        resolver.resolve6(host).catch(noAddresses),
      ]);
      return [...four, ...six];
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** As every program on a laptop does it. */
export const resolveAnyName: ResolveName = async (host) => {
  const found = await lookup(host, { all: true, order: 'ipv4first' }).catch(noAddresses);
  return found.map((entry) => entry.address);
};

function noAddresses(): never[] {
  return [];
}
