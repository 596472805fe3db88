import { describe, expect, it } from 'vitest';
import { mayOpenSocket, parseOrigins } from './origin.ts';

const allowed = parseOrigins('https://chat.example.org, http://127.0.0.1:8080,');
const from = (origin: string, name = 'Origin') => mayOpenSocket({ headers: { [name]: origin } }, allowed);

describe('the origins that may open sockets', () => {
  it.each(['https://chat.example.org', 'http://127.0.0.1:8080'])('[C5] are these alone: %s', (origin) => {
    expect(from(origin)).toBe(true);
    expect(from(origin, 'origin')).toBe(true);
    expect(mayOpenSocket({ multiValueHeaders: { ORIGIN: [origin] } }, allowed)).toBe(true);
  });

  it.each([
    ['a foreign one', 'https://evil.example'],
    ['null', 'null'],
    ['nothing', ''],
    ['a longer name', 'https://chat.example.org.evil.example'],
    ['a name before it', 'https://evil-chat.example.org'],
    ['a subdomain', 'https://x.chat.example.org'],
    ['the parent', 'https://example.org'],
    ['a part', 'https://chat.example.or'],
    ['another scheme', 'http://chat.example.org'],
    ['another port', 'https://chat.example.org:8443'],
    ['the default port, which no browser writes', 'https://chat.example.org:443'],
    ['another port of the loopback', 'http://127.0.0.1:8081'],
    ['another name of the loopback', 'http://localhost:8080'],
    ['an upper case host', 'https://CHAT.example.org'],
    ['an upper case scheme', 'HTTPS://chat.example.org'],
    ['a path', 'https://chat.example.org/'],
    ['a user', 'https://chat.example.org@evil.example'],
    ['white space', ' https://chat.example.org'],
    ['a list', 'https://chat.example.org https://evil.example'],
    ['the list of the environment', 'https://chat.example.org, http://127.0.0.1:8080,'],
    ['a wildcard', '*'],
  ])('[C5] are not %s (ASVS 4.4.2)', (_, origin) => {
    expect(from(origin)).toBe(false);
  });

  it('[C5] are all that a handshake names, not only the last', () => {
    const both = { Origin: ['https://evil.example', 'https://chat.example.org'] };
    const headers = { Origin: 'https://chat.example.org' };
    expect(mayOpenSocket({ headers, multiValueHeaders: both }, allowed)).toBe(false);
    expect(mayOpenSocket({ headers: { ...headers, origin: 'https://evil.example' } }, allowed)).toBe(false);
  });

  it('[C5] are not asked of a client that is no browser', () => {
    expect(mayOpenSocket({ headers: { Host: 'x', 'X-Origin': 'https://evil.example' } }, allowed)).toBe(true);
    expect(mayOpenSocket({ headers: null, multiValueHeaders: null }, allowed)).toBe(true);
    expect(mayOpenSocket({}, allowed)).toBe(true);
  });

  it('[C5] are none where none are named, and never null', () => {
    expect(mayOpenSocket({ headers: { Origin: 'https://chat.example.org' } }, parseOrigins(''))).toBe(false);
    expect(mayOpenSocket({ headers: { Origin: 'null' } }, parseOrigins('null'))).toBe(false);
  });
});
