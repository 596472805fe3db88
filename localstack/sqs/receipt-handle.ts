import { SqsError } from './sqs-errors.ts';

/** A receipt handle stands for one receive of one message, not for the message. */
export interface Receipt {
  readonly queueName: string;
  readonly position: number;
  readonly receiveCount: number;
}

export function makeReceiptHandle({ queueName, position, receiveCount }: Receipt): string {
  return Buffer.from(JSON.stringify([queueName, position, receiveCount])).toString('base64url');
}

/** @throws SqsError ReceiptHandleIsInvalid for anything that this queue never handed out. */
export function parseReceiptHandle(handle: string, queueName: string): Receipt {
  const parts = decode(handle);
  if (Array.isArray(parts) && parts[0] === queueName) {
    const [, position, receiveCount] = parts;
    if (typeof position === 'number' && typeof receiveCount === 'number') {
      return { queueName, position, receiveCount };
    }
  }
  throw new SqsError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
  );
}

function decode(handle: string): unknown {
  try {
    return JSON.parse(Buffer.from(handle, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
