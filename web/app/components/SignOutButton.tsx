import { useState } from 'react';
import { activeChat, client } from '../chat-store.ts';
import { SignOutIcon } from './icons.tsx';
import { SignOutDialog, type Unsent } from './SignOutDialog.tsx';

/** Asks first if something would be lost. */
export function SignOutButton() {
  /** What would be lost by signing out, while that is being asked. */
  const [unsent, setUnsent] = useState<Unsent>();

  function leave(): void {
    setUnsent(undefined);
    client.signOut().catch((error: unknown) => console.error('Not everything could be forgotten', error));
  }

  function askToLeave(): void {
    const { unsentCount, unsentChangeCount } = activeChat();
    if (unsentCount === 0) leave();
    else setUnsent({ messages: unsentCount - unsentChangeCount, changes: unsentChangeCount });
  }

  return (
    <>
      <button type="button" className="icon-button" onClick={askToLeave} aria-label="Sign out">
        <SignOutIcon />
      </button>
      {unsent !== undefined && (
        <SignOutDialog unsent={unsent} onCancel={() => setUnsent(undefined)} onConfirm={leave} />
      )}
    </>
  );
}
