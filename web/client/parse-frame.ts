import { type ServerEvent, serverEvent } from '../../events/server-frames.ts';
import { parseTolerantly } from './tolerant.ts';

/**
 * The events of one frame, in their order. What this client does not know (a newer type, an extra field, an event
 * that does not fit its schema) is left out, so that a newer server can talk to an older client.
 */
export function parseFrame(data: unknown): ServerEvent[] {
  if (typeof data !== 'string') return [];
  return flatten(parseJson(data)).flatMap((candidate) => {
    const parsed = parseTolerantly(serverEvent, candidate);
    return parsed.success ? [parsed.data] : [];
  });
}

function flatten(frame: unknown): unknown[] {
  if (typeof frame !== 'object' || frame === null) return [];
  if ('type' in frame && frame.type === 'batch') {
    return 'events' in frame && Array.isArray(frame.events) ? frame.events : [];
  }
  return [frame];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
