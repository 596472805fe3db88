import { useState } from 'react';
import type { ConversationState } from '../../../client/conversation-state.ts';
import { activeChat } from '../../chat-store.ts';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useAction } from '../use-submit.ts';

export interface LeaveSectionProps {
  readonly conversation: ConversationState;
  readonly onLeft: () => void;
}

export function LeaveSection({ conversation, onLeft }: LeaveSectionProps) {
  const [isAsking, setAsking] = useState(false);
  const leave = useAction(async () => {
    await activeChat().membership.leave(conversation.convoId);
    onLeft();
  });
  return (
    <section className="details-section" aria-label="Leave">
      {isAsking && (
        <p role="status">Leave this conversation? What was said until now stays readable for you.</p>
      )}
      <FormError text={leave.error} />
      <div className="form-actions">
        {isAsking ? (
          <>
            <button type="button" onClick={() => setAsking(false)}>
              Stay
            </button>
            <SubmitButton attempt={leave} className="danger" onClick={leave.run}>
              Leave
            </SubmitButton>
          </>
        ) : (
          <button type="button" className="danger" onClick={() => setAsking(true)}>
            Leave…
          </button>
        )}
      </div>
    </section>
  );
}
