import type { MessageChange } from '../../events/change-accepted.ts';
import type { MessageChangeFrame } from '../../events/client-frames.ts';
import { type SilentMentions, silentMentions } from './silent-mentions.ts';
import { admitMember, envelopeOf, type Submission, type SubmitDeps } from './submit-message.ts';

/**
 * Takes a change of a message as far as the queue: whether there is such a message, and whether it is theirs to change, is
 * seen by the processor, in one order with everything else that happens to it; it answers with an ack.
 * Throws `auth.session_ended`, `rate_limited`, `conversation.not_found` (foreign and missing alike) or `unavailable`;
 * then nothing was queued.
 */
export async function submitChange(
  submission: Submission<MessageChangeFrame>,
  deps: SubmitDeps,
): Promise<void> {
  await admitMember(submission, 'message.change', deps);
  const silent = await silentMentions(submission, deps);
  await deps.queue.enqueue({
    name: 'change.accepted',
    version: 1,
    ...envelopeOf(submission),
    change: changeOf(submission.frame, silent),
  });
}

function changeOf(frame: MessageChangeFrame, silent: SilentMentions): MessageChange {
  const { seq_no } = frame;
  switch (frame.action) {
    case 'message.edit': {
      const { content, mentions = [] } = frame;
      return { kind: 'edit', seq_no, content, ...(mentions.length > 0 && { mentions }), ...silent };
    }
    case 'message.delete':
      return { kind: 'delete', seq_no };
    case 'reaction.add':
      return { kind: 'react', seq_no, emoji: frame.emoji };
    case 'reaction.remove':
      return { kind: 'unreact', seq_no, emoji: frame.emoji };
    case 'message.pin':
      return { kind: 'pin', seq_no };
    case 'message.unpin':
      return { kind: 'unpin', seq_no };
  }
}
