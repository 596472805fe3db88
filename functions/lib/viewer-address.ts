import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { sha256 } from '../../shared/ids.ts';

/** The secret that CloudFront sends with each request, so that its word about the caller can be told from anybody's. */
export interface EdgeSecret {
  /** The present one, and the one before while CloudFront may still send that. */
  accepted(): Promise<readonly string[]>;
}

export const edgeHeader = 'x-confab-edge';
/** Set at the edge over whatever the viewer sent (infra/constructs/viewer-address.ts); CloudFront's own one is not. */
export const viewerHeader = 'x-confab-viewer';

/**
 * The caller's IP address. Behind CloudFront API Gateway sees the edge only; the edge names the viewer, and is believed if
 * it knows the secret. Whoever calls the API itself is its own last hop.
 */
export async function viewerAddress(
  event: APIGatewayProxyEventV2,
  edge: EdgeSecret | undefined,
): Promise<string> {
  const { sourceIp } = event.requestContext.http;
  const presented = event.headers[edgeHeader];
  const viewer = event.headers[viewerHeader];
  if (!edge || !presented || !viewer) return sourceIp;
  const accepted = await edge.accepted();
  if (!accepted.some((secret) => same(presented, secret))) return sourceIp;
  return withoutPort(viewer) ?? sourceIp;
}

/** `address:port`; an IPv6 address has colons of its own. */
function withoutPort(viewer: string): string | undefined {
  const address = /^\[?([\da-f.:]+?)\]?:\d+$/i.exec(viewer.trim())?.[1] ?? '';
  return isIP(address) > 0 ? address.toLowerCase() : undefined;
}

/** Takes a time that says nothing about either, their lengths included. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));
}
