import type { ServerEvent } from '../../events/server-frames.ts';
import { limits } from '../limits.ts';

const batchOverheadBytes = Buffer.byteLength('{"type":"batch","events":[]}');

/** As few frames as the payload limit allows, in the order of the events; one event alone goes without a batch. */
export function packFrames(events: readonly ServerEvent[], maxBytes: number = limits.pushMaxBytes): string[] {
  const frames: string[] = [];
  let group: string[] = [];
  let bytes = batchOverheadBytes;
  const flush = () => {
    if (group.length > 0)
      frames.push(group.length === 1 ? group.join() : `{"type":"batch","events":[${group.join()}]}`);
    group = [];
    bytes = batchOverheadBytes;
  };
  for (const event of events) {
    const text = JSON.stringify(event);
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > maxBytes) flush();
    group.push(text);
    bytes += size;
  }
  flush();
  return frames;
}
