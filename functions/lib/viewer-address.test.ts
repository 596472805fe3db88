import { describe, expect, it } from 'vitest';
import { anHttpEvent } from '../../test/support/in-memory-aws.ts';
import { type EdgeSecret, edgeHeader, viewerAddress, viewerHeader } from './viewer-address.ts';

const lastHop = '203.0.113.7';
const secret = 'generated secret of the edge, 64 characters long, as if generated';
const before = 'the secret that it replaced, which CloudFront may still be sending';
const edge: EdgeSecret = { accepted: async () => [secret, before] };

function address(headers: Record<string, string>, known: EdgeSecret | undefined = edge) {
  return viewerAddress({ ...anHttpEvent('POST /auth/login'), headers }, known);
}

describe('where a request comes from', () => {
  it.each([
    ['198.51.100.10:46532', '198.51.100.10'],
    ['2001:db8::1:443', '2001:db8::1'],
    ['2001:db8:85a3:0:0:8a2e:370:7334:50000', '2001:db8:85a3:0:0:8a2e:370:7334'],
    ['2001:DB8::A:443', '2001:db8::a'],
    ['[2001:db8::1]:443', '2001:db8::1'],
  ])('is what the edge says: %s', async (viewer, expected) => {
    expect(await address({ [edgeHeader]: secret, [viewerHeader]: viewer })).toBe(expected);
  });

  it('is what the edge says also with the secret before, while that is replaced', async () => {
    expect(await address({ [edgeHeader]: before, [viewerHeader]: '198.51.100.10:1' })).toBe('198.51.100.10');
  });

  it.each([
    ['without the secret', {}],
    ['with an empty one', { [edgeHeader]: '' }],
    ['with another one', { [edgeHeader]: `${secret}x` }],
    ['with a part of it', { [edgeHeader]: secret.slice(0, -1) }],
    ['with two of them', { [edgeHeader]: `${secret},${secret}` }],
  ])('is the last hop when somebody claims another %s', async (_, headers) => {
    const claimed = { [viewerHeader]: '198.51.100.10:46532', 'x-forwarded-for': '198.51.100.10' };
    expect(await address({ ...claimed, ...headers })).toBe(lastHop);
  });

  it.each(['', ':', ':443', 'localhost:443', '198.51.100.10', '1.2.3.4.5:1', 'a'.repeat(10_000), '::1'])(
    'is the last hop when what the edge says is no address: %.20j',
    async (viewer) => {
      expect(await address({ [edgeHeader]: secret, [viewerHeader]: viewer })).toBe(lastHop);
    },
  );

  it('is the last hop where there is no edge, and nothing is read to know it', async () => {
    const headers = { [edgeHeader]: secret, [viewerHeader]: '198.51.100.10:46532' };
    expect(await viewerAddress({ ...anHttpEvent('POST /auth/login'), headers }, undefined)).toBe(lastHop);
    const unread: EdgeSecret = { accepted: () => Promise.reject(new Error('was read')) };
    expect(await address({}, unread)).toBe(lastHop);
  });
});
