import { once } from 'node:events';
import type { QueueReader, ReceivedMessage } from '../contracts.ts';

export function aMessage(messageId: string, message: Partial<ReceivedMessage> = {}): ReceivedMessage {
  return {
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body: `body of ${messageId}`,
    md5OfBody: 'md5',
    attributes: { ApproximateReceiveCount: '1', MessageGroupId: messageId[0] ?? '' },
    messageAttributes: {},
    ...message,
  };
}

/** A FIFO queue as far as a mapping can see it: a group with messages in flight gives out nothing more. */
export function aQueue() {
  const waiting: ReceivedMessage[] = [];
  const inFlight = new Map<string, ReceivedMessage>();
  const arrivals = new EventTarget();
  const seen = { deleted: [] as string[], returned: [] as string[], receives: 0, openPolls: 0, mostPolls: 0 };

  const take = (max: number): ReceivedMessage[] => {
    const locked = new Set([...inFlight.values()].map(groupOf));
    const taken = waiting.filter((message) => !locked.has(groupOf(message))).slice(0, max);
    for (const message of taken) {
      waiting.splice(waiting.indexOf(message), 1);
      inFlight.set(message.receiptHandle, message);
    }
    return taken;
  };

  const reader: QueueReader = {
    receive: async (_queueName, { max, waitMs, signal }) => {
      seen.receives += 1;
      seen.openPolls += 1;
      seen.mostPolls = Math.max(seen.mostPolls, seen.openPolls);
      const stop = AbortSignal.any([AbortSignal.timeout(waitMs), ...(signal === undefined ? [] : [signal])]);
      let taken = take(max);
      while (taken.length === 0 && !stop.aborted) {
        await once(arrivals, 'change', { signal: stop }).catch(() => {});
        if (!stop.aborted) taken = take(max);
      }
      seen.openPolls -= 1;
      return taken;
    },
    delete: (_queueName, receiptHandles) => {
      for (const handle of receiptHandles) {
        const message = inFlight.get(handle);
        if (message !== undefined) seen.deleted.push(message.messageId);
        inFlight.delete(handle);
      }
      arrivals.dispatchEvent(new Event('change'));
    },
    changeVisibility: (_queueName, receiptHandle, timeoutSeconds) => {
      if (timeoutSeconds === 0) seen.returned.push(receiptHandle);
    },
  };

  const send = (...messages: (ReceivedMessage | string)[]): void => {
    waiting.push(...messages.map((message) => (typeof message === 'string' ? aMessage(message) : message)));
    arrivals.dispatchEvent(new Event('change'));
  };
  return { reader, send, seen, inFlight };
}

function groupOf(message: ReceivedMessage): string | undefined {
  return message.attributes.MessageGroupId;
}
