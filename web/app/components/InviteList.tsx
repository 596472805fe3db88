import { useState } from 'react';
import type { InviteView } from '../../../events/server-frames.ts';
import { activeChat } from '../chat-store.ts';
import { conversationHref, goTo } from '../route.ts';
import { FormError } from './FormError.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useAction } from './use-submit.ts';

/** Invitations that wait for an answer, above the conversations. */
export function InviteList({ invites }: { readonly invites: readonly InviteView[] }) {
  if (invites.length === 0) return null;
  return (
    <section className="invites" aria-label="Invitations">
      <h2>
        Invitations <span className="badge">{invites.length}</span>
      </h2>
      <ul>
        {invites.map((invite) => (
          <InviteItem key={`${invite.convo_id} ${invite.created_at}`} invite={invite} />
        ))}
      </ul>
    </section>
  );
}

function InviteItem({ invite }: { readonly invite: InviteView }) {
  const { convo_id: convoId, title, invited_by: by, member_count: count } = invite;
  const [isAsking, setAsking] = useState(false);
  const accept = useAction(async () => {
    await activeChat().invitations.accept(convoId);
    goTo(conversationHref(convoId));
  });
  const decline = useAction(() => activeChat().invitations.decline(convoId));
  const block = useAction(() => activeChat().invitations.decline(convoId, { block: true }));
  return (
    <li>
      <p>
        <strong>{title ?? 'A group'}</strong>{' '}
        <span className="muted">
          {by.display_name} invites you. {count === 1 ? '1 member' : `${count} members`}.
        </span>
      </p>
      <FormError text={accept.error ?? decline.error ?? block.error} />
      <div className="form-actions">
        {isAsking ? (
          <>
            <SubmitButton attempt={decline} className="" onClick={decline.run}>
              Just decline
            </SubmitButton>
            <SubmitButton attempt={block} className="danger" onClick={block.run}>
              Decline and block {by.display_name}
            </SubmitButton>
          </>
        ) : (
          <>
            <SubmitButton attempt={accept} onClick={accept.run}>
              Accept
            </SubmitButton>
            <button type="button" onClick={() => setAsking(true)}>
              Decline…
            </button>
          </>
        )}
      </div>
    </li>
  );
}
