import type { IncomingMessage } from 'node:http';

export type RequestBody =
  | { readonly kind: 'complete'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  /** The client went away in the middle of it. */
  | { readonly kind: 'aborted' };

/** Collects a body of at most `maxBytes`. What is beyond is read and thrown away, so that the answer can be sent. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  const { promise, resolve } = Promise.withResolvers<RequestBody>();
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else resolve({ kind: 'too-large' });
  });
  request.on('end', () => resolve({ kind: 'complete', bytes: Buffer.concat(chunks) }));
  request.on('close', () => resolve({ kind: 'aborted' }));
  return promise;
}
