import { createHmac, timingSafeEqual } from 'node:crypto';

/** What docs/webhooks.md tells receivers to do, word for word. */
export function isFromConfab(header: string, body: string, secret: string, nowSeconds = Date.now() / 1000) {
  const { t, v1 = '' } = Object.fromEntries(header.split(',').map((part) => part.split('=')));
  if (!(Math.abs(nowSeconds - Number(t)) <= 300)) return false;
  const expected = createHmac('sha256', secret).update(`${t}.${body}`).digest();
  const given = Buffer.from(v1, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
