/** What CloudFront tells the functions, so that a test or a measurement can be somebody anywhere in the world. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { edgeHeader, viewerHeader } from '../../functions/lib/viewer-address.ts';

const secretsFile = z.record(
  z.string(),
  z.object({ versions: z.array(z.object({ value: z.string(), stages: z.array(z.string()) })) }),
);

/** Of the embedded cloud with this state. */
export function edgeSecretIn(stateDir: string): string {
  const secrets = secretsFile.parse(JSON.parse(readFileSync(join(stateDir, 'secrets.json'), 'utf8')));
  const edge = Object.entries(secrets).find(([name]) => name.includes('EdgeSecret'))?.[1];
  const current = edge?.versions.find(({ stages }) => stages.includes('AWSCURRENT'));
  if (!current) throw new Error('the cloud has no edge secret');
  return current.value;
}

/** The headers of a request by the viewer of this number, who has an address of their own, and with it limits of their own. */
export function viewerHeaders(edgeSecret: string, viewer: number): Readonly<Record<string, string>> {
  const address = `10.${(viewer >> 16) & 255}.${(viewer >> 8) & 255}.${viewer & 255}`;
  return { [edgeHeader]: edgeSecret, [viewerHeader]: `${address}:443` };
}
