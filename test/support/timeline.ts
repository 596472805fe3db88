/** A conversation in memory whose messages and changes get there as they do behind the queue. */
import type { MessageChange } from '../../events/change-accepted.ts';
import type { MessageAccepted } from '../../events/message-accepted.ts';
import { type CommittedBatch, commitMessages } from '../../shared/messages/commit-messages.ts';
import type { Incoming } from '../../shared/messages/incoming.ts';
import { anIncoming, anIncomingChange, anna, convoId } from './builders.ts';
import { inMemoryProcessor } from './in-memory-processor.ts';

export function timelineUnderTest(options: Parameters<typeof inMemoryProcessor>[0] = {}) {
  const world = inMemoryProcessor({ owner: anna, ...options });
  let count = 0;
  const nextId = () => {
    count += 1;
    return `request-${count}`;
  };
  const message = (given: Partial<MessageAccepted> = {}): Incoming =>
    anIncoming({ client_msg_id: nextId(), ...given });
  const change = (of: MessageChange, sender = anna): Incoming =>
    anIncomingChange(of, { client_msg_id: nextId(), sender_id: sender });
  const commit = (...batch: Incoming[]): Promise<CommittedBatch> =>
    commitMessages(convoId('team'), batch, world);
  /** So many messages of Anna's: `text 1`, `text 2` … */
  const say = async (messages: number): Promise<void> => {
    for (let n = 1; n <= messages; n += 10) {
      const batch = Array.from({ length: Math.min(10, messages - n + 1) }, (_, index) =>
        message({ content: `text ${n + index}` }),
      );
      await commit(...batch);
    }
  };
  /** Changes by Anna, one after the other; each has to come through. */
  const make = async (...changes: MessageChange[]): Promise<void> => {
    for (const one of changes) {
      const { settled } = await commit(change(one));
      if (settled[0]?.kind !== 'persisted') throw new Error(`not persisted: ${JSON.stringify(settled)}`);
    }
  };
  return { ...world, message, change, commit, say, make };
}
