import { createHmac } from 'node:crypto';

/**
 * `t=<unix seconds>,v1=<hex HMAC-SHA-256 over "<t>.<body>">`. The time is signed too, so that whoever recorded a delivery
 * cannot present it again later.
 */
export function signatureHeader(body: string, secret: string, nowMs: number): string {
  const time = Math.floor(nowMs / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return `t=${time},v1=${signature}`;
}
