/** Follows the bytes of a client and finds the first message that is not allowed. */
export interface FrameLimiter {
  /** Takes the next bytes off the wire, before the WebSocket library does. */
  read(chunk: Buffer): void;
  /** Counts from 0; undefined while every message so far is within the limits. */
  offendingMessage(): number | undefined;
}

const opcodeContinuation = 0;
const opcodeBinary = 2;

/**
 * The `ws` package knows a limit of the whole message only and shows no frames, but API Gateway limits each frame
 * (32 KB) and the message (128 KB). This reads the frame headers alongside, RFC 6455 section 5.2, so that an
 * oversized frame is known by its header and not after its payload.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export function createFrameLimiter(limits: {
  readonly frameMaxBytes: number;
  readonly messageMaxBytes: number;
}): FrameLimiter {
  let header: number[] = [];
  let payloadLeft = 0;
  let messageBytes = 0;
  let message = 0;
  let offending: number | undefined;

  function startFrame(): void {
    const first = header[0] ?? 0;
    payloadLeft = payloadLength(header);
    header = [];
    const opcode = first & 0x0f;
    if (opcode < opcodeContinuation || opcode > opcodeBinary) return;
    messageBytes += payloadLeft;
    if (payloadLeft > limits.frameMaxBytes || messageBytes > limits.messageMaxBytes) offending = message;
    const isFinal = (first & 0x80) !== 0;
    if (isFinal) {
      message += 1;
      messageBytes = 0;
    }
  }

  return {
    read(chunk) {
      let at = 0;
      while (at < chunk.length && offending === undefined) {
        if (payloadLeft > 0) {
          const skipped = Math.min(payloadLeft, chunk.length - at);
          payloadLeft -= skipped;
          at += skipped;
        } else {
          header.push(chunk[at] ?? 0);
          at += 1;
          if (header.length === headerLength(header)) startFrame();
        }
      }
    },
    offendingMessage: () => offending,
  };
}

function headerLength(header: readonly number[]): number {
  const second = header[1];
  if (second === undefined) return 2;
  const maskBytes = (second & 0x80) === 0 ? 0 : 4;
  return 2 + extendedLengthBytes(second) + maskBytes;
}

function extendedLengthBytes(second: number): number {
  const length = second & 0x7f;
  if (length === 126) return 2;
  return length === 127 ? 8 : 0;
}

function payloadLength(header: readonly number[]): number {
  const second = header[1] ?? 0;
  const extended = extendedLengthBytes(second);
  if (extended === 0) return second & 0x7f;
  return header.slice(2, 2 + extended).reduce((length, byte) => length * 256 + byte, 0);
}
