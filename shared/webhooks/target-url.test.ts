import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './public-address.ts';
import { targetUrl } from './target-url.ts';

describe('a public address', () => {
  it.each(['1.1.1.1', '93.184.216.34', '172.15.255.255', '172.32.0.0', '100.63.255.255', '100.128.0.0'])(
    'is %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each(['2606:4700::1111', '2a00:1450:4001:82a::200e', '2001:4860:4860::8888'])('is %s', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ['this host', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['shared by a carrier', '100.64.0.1'],
    ['shared by a carrier', '100.127.255.255'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['link-local, where clouds keep credentials', '169.254.169.254'],
    ['link-local, where Lambda keeps credentials', '169.254.170.2'],
    ['for protocols', '192.0.0.170'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['6to4 relay', '192.88.99.1'],
    ['benchmarks', '198.19.255.255'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped, in hex', '::ffff:a9fe:a9fe'],
    ['IPv4-mapped, though public', '::ffff:1.1.1.1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['NAT64', '64:ff9b::a9fe:a9fe'],
    ['NAT64 of one’s own', '64:ff9b:1::a00:1'],
    ['discard', '100::1'],
    ['Teredo', '2001::1'],
    ['ORCHID', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['6to4 of a private address', '2002:a00:1::'],
    ['unique local', 'fc00::1'],
    ['unique local, where AWS keeps credentials', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['with a zone', 'fe80::1%eth0'],
    ['with a zone, though global', '2606:4700::1111%1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['segment routing', '5f00::1'],
    ['no address', 'example.org'],
    ['no address', ''],
    ['an octal that is no address', '0177.0.0.1'],
  ])('is not one that is %s: %s', (_, address) => expect(isPublicAddress(address)).toBe(false));
});

describe('the address of a receiver', () => {
  it.each([
    ['https://hooks.example.org/confab?key=1', 'https://hooks.example.org/confab?key=1'],
    ['HTTPS://Hooks.Example.ORG:443/a/../b#part', 'https://hooks.example.org/b'],
    ['https://hooks.example.org:8443', 'https://hooks.example.org:8443/'],
    ['https://bücher.example/ö', 'https://xn--bcher-kva.example/%C3%B6'],
    ['https://1.1.1.1/', 'https://1.1.1.1/'],
    ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
  ])('%s is %s', (text, href) => expect(targetUrl(text, 'public').href).toBe(href));

  it.each([
    ['no URL', 'hooks.example.org/confab'],
    ['no URL', 'https://'],
    ['no URL', 'https://exa mple.org/'],
    ['not over TLS', 'http://hooks.example.org/'],
    ['of another scheme', 'file:///etc/passwd'],
    ['of another scheme', 'gopher://hooks.example.org/'],
    ['of another scheme', 'javascript:alert(1)'],
    ['with a name in it', 'https://hooks.example.org@169.254.169.254/'],
    ['with a name and password in it', 'https://user:secret@hooks.example.org/'],
    ['to another port', 'https://hooks.example.org:22/'],
    ['to another port', 'https://hooks.example.org:6379/'],
    ['to port 0', 'https://hooks.example.org:0/'],
    ['this machine', 'https://localhost/'],
    ['this machine', 'https://LOCALHOST:8443/'],
    ['this machine', 'https://foo.localhost/'],
    ['this machine, with a dot', 'https://localhost./'],
    ['with a trailing dot', 'https://hooks.example.org./'],
    ['one word', 'https://intranet/'],
    ['a local name', 'https://printer.local/'],
    ['a name of a cloud', 'https://metadata.google.internal/'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback as a number', 'https://2130706433/'],
    ['loopback in octal', 'https://0177.0.0.1/'],
    ['loopback in hex', 'https://0x7f000001/'],
    ['loopback, shortened', 'https://127.1/'],
    ['loopback in full-width digits', 'https://１２７.０.０.１/'],
    ['loopback with ideographic dots', 'https://127。0。0。1/'],
    ['loopback, escaped', 'https://%31%32%37.0.0.1/'],
    ['metadata', 'https://169.254.169.254/latest/meta-data'],
    ['metadata as a number', 'https://2852039166/'],
    ['loopback of IPv6', 'https://[::1]/'],
    ['mapped loopback', 'https://[::ffff:127.0.0.1]/'],
    ['mapped metadata in hex', 'https://[::ffff:a9fe:a9fe]/'],
    ['unique local', 'https://[fd00:ec2::254]/'],
    ['behind a backslash', 'https:\\\\127.0.0.1\\hooks.example.org/'],
  ])('[W3] is nothing that is %s: %s', (_, text) => {
    expect(() => targetUrl(text, 'public')).toThrow(expect.objectContaining({ code: 'webhook.url_invalid' }));
  });

  it('may be beside us where that is allowed, but still has no name in it and is of the web', () => {
    expect(targetUrl('http://127.0.0.1:4000/x#y', 'any').href).toBe('http://127.0.0.1:4000/x');
    for (const text of ['ftp://127.0.0.1/', 'http://me@127.0.0.1/', 'http://']) {
      expect(() => targetUrl(text, 'any')).toThrow(expect.objectContaining({ code: 'webhook.url_invalid' }));
    }
  });

  it('says what is wrong and does not repeat what may be a secret', () => {
    expect(() => targetUrl('http://hooks.example.org/?key=hunter2', 'public')).toThrow(
      /^(?!.*hunter2).*must begin with https/,
    );
  });
});
