/** The headers of a handshake. API Gateway keeps the spelling of their names, and both forms of them. */
interface HandshakeHeaders {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
}

/** Origins from the environment, separated by commas. `null` is what any sandboxed page calls itself: never one of them. */
export function parseOrigins(text: string): ReadonlySet<string> {
  const origins = text.split(',').map((origin) => origin.trim());
  return new Set(origins.filter((origin) => origin !== '' && origin !== 'null'));
}

/**
 * Whether the page that opens a socket may (ASVS 4.4.2, RFC 6455 §10.2): browsers do not hold a page back from other
 * servers' sockets, they only say where it comes from. Compared as it stands, since a browser writes an origin in one way
 * only (RFC 6454 §6.2). A client that sends no Origin is no browser.
 */
export function mayOpenSocket(handshake: HandshakeHeaders, allowed: ReadonlySet<string>): boolean {
  return originsOf(handshake).every((origin) => allowed.has(origin));
}

function originsOf({ headers, multiValueHeaders }: HandshakeHeaders): string[] {
  const values = [...Object.entries(headers ?? {}), ...Object.entries(multiValueHeaders ?? {})];
  return values
    .filter(([name]) => name.toLowerCase() === 'origin')
    .flatMap(([, value]) => value)
    .filter((value) => value !== undefined);
}
