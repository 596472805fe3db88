/** What a link may lead to. All else stays text, so that nothing runs or reads a file on a click. */
const protocols = new Set(['http:', 'https:', 'mailto:']);

/** The address as the browser reads it, or undefined for one that no message may link to. */
export function linkHref(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url !== undefined && protocols.has(url.protocol) ? url.href : undefined;
}

/**
 * Where a link really leads, if its text could make somebody believe in another place: it names another host, hides
 * the host behind a user name, or the host has letters that may look like others. Undefined for an honest link.
 */
export function hiddenTarget(text: string, href: string): string | undefined {
  const url = new URL(href);
  const isHonest = url.protocol === 'mailto:' ? isPlainMail(url) : isPlainWeb(url);
  const target = url.protocol === 'mailto:' ? url.pathname : url.host;
  const host = url.protocol === 'mailto:' ? (target.split('@').at(-1) ?? '') : url.hostname;
  const isSame = (named: string): boolean => withoutWww(named) === withoutWww(host);
  return isHonest && hostsIn(text).every(isSame) ? undefined : target;
}

function isPlainWeb(url: URL): boolean {
  return url.username === '' && url.password === '' && !/(?:^|\.)xn--/.test(url.hostname);
}

/** One receiver, and no others in a query. */
function isPlainMail(url: URL): boolean {
  return url.search === '' && !/[,%]/.test(url.pathname);
}

/** The hosts that a reader sees in the text; of a whole address its host only, as file names look like hosts too. */
function hostsIn(text: string): string[] {
  const seen = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replaceAll('。', '.')
    .trim();
  if (/^https?:\/\/\S+$/i.test(seen) && URL.canParse(seen)) return [new URL(seen).hostname];
  return (
    seen.match(/(?<![\p{L}\p{N}-])(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}[\p{L}\p{N}-]+|(?:\d{1,3}\.){3}\d{1,3}/gu) ??
    []
  );
}

function withoutWww(host: string): string {
  return host.toLowerCase().replace(/^www\./, '');
}
