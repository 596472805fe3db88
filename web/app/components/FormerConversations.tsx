import { useState } from 'react';
import { activeChat } from '../chat-store.ts';
import { errorText } from '../error-text.ts';

export interface FormerConversationsProps {
  /** Some of them are shown already. */
  readonly areShown: boolean;
}

/** Brings back the conversations that this person has left: what was said until then can still be read. */
export function FormerConversations({ areShown }: FormerConversationsProps) {
  const [step, setStep] = useState<'offered' | 'loading' | 'loaded'>('offered');
  const [failure, setFailure] = useState<string>();

  function load(): void {
    setStep('loading');
    setFailure(undefined);
    activeChat()
      .loadFormerConversations()
      .then(() => setStep('loaded'))
      .catch((error: unknown) => {
        setFailure(errorText(error));
        setStep('offered');
      });
  }

  return (
    <div className="list-more" aria-live="polite">
      {failure !== undefined && <p>{failure}</p>}
      {step === 'loaded' && !areShown && <p>You have left none.</p>}
      {step !== 'loaded' && (
        <button type="button" className="link" disabled={step === 'loading'} onClick={load}>
          Conversations that you left
        </button>
      )}
    </div>
  );
}
