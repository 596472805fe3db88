import { StringDecoder } from 'node:string_decoder';

export interface CapturedOutput {
  /** Hands on what was written without a line break so far. */
  flush(): void;
}

/**
 * Replaces `stream.write`, and with it console and every `new Console(process.stdout)`: a worker's own stdio is
 * flushed by its event loop, which stands still while the environment is frozen, so lines would come late or never.
 */
export function captureOutput(stream: NodeJS.WriteStream, onLine: (line: string) => void): CapturedOutput {
  const decoder = new StringDecoder('utf8');
  let rest = '';

  const take = (chunk: string | Uint8Array, encoding: BufferEncoding | undefined): void => {
    rest +=
      typeof chunk !== 'string'
        ? decoder.write(chunk)
        : encoding === undefined || encoding === 'utf8'
          ? chunk
          : decoder.write(Buffer.from(chunk, encoding));
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };

  stream.write = (
    chunk: string | Uint8Array,
    encodingOrDone?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ): boolean => {
    take(chunk, typeof encodingOrDone === 'string' ? encodingOrDone : undefined);
    const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    if (callback !== undefined) process.nextTick(callback);
    return true;
  };

  return {
    flush: () => {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
