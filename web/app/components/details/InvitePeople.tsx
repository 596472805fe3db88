import { useState } from 'react';
import type { InviteView, PersonView } from '../../../../events/server-frames.ts';
import { activeChat } from '../../chat-store.ts';
import { personName } from '../../names.ts';
import { mediumTime } from '../../times.ts';
import { FormError } from '../FormError.tsx';
import { PeopleSearch } from '../PeopleSearch.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useLoaded } from '../use-loaded.ts';
import { useAction, useSubmit } from '../use-submit.ts';
import type { DetailsProps } from './DetailsDialog.tsx';

/** Asks people whether they want to come in, and takes it back. */
export function InvitePeople({ chat, conversation }: DetailsProps) {
  const { convoId } = conversation;
  const [chosen, setChosen] = useState<readonly PersonView[]>([]);
  /** Of those who were invited here the names are known; the server names only their ids. */
  const [asked, setAsked] = useState<readonly PersonView[]>([]);
  const { data: open = [], error, reload } = useLoaded(() => activeChat().invitations.sent(convoId));
  const submission = useSubmit(async () => {
    for (const person of chosen) {
      await activeChat().invitations.invite(convoId, person.user_id);
      setAsked((before) => [...before, person]);
      setChosen((left) => left.filter((other) => other !== person));
    }
    reload();
  });
  const people = new Map([...chat.people, ...asked.map((person) => [person.user_id, person] as const)]);
  return (
    <section className="details-section" aria-label="Invite people">
      <h3>Invite people</h3>
      <form className="stack" onSubmit={submission.onSubmit}>
        <PeopleSearch myId={chat.me.user_id} chosen={chosen} onChange={setChosen} />
        <FormError text={submission.error ?? error} />
        <div className="form-actions">
          <SubmitButton attempt={submission} busy="Inviting…" disabled={chosen.length === 0}>
            Invite
          </SubmitButton>
        </div>
      </form>
      {open.length > 0 && (
        <ul className="members" aria-label="Open invitations">
          {open.map((invite) => (
            <SentInvite
              key={invite.user_id}
              convoId={convoId}
              invite={invite}
              name={personName(people, invite.user_id, chat.me.user_id)}
              onWithdrawn={reload}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface SentInviteProps {
  readonly convoId: string;
  readonly invite: InviteView;
  readonly name: string;
  readonly onWithdrawn: () => void;
}

function SentInvite({ convoId, invite, name, onWithdrawn }: SentInviteProps) {
  const withdraw = useAction(async () => {
    await activeChat().invitations.withdraw(convoId, invite.user_id);
    onWithdrawn();
  });
  return (
    <li className="member member-plain">
      <p className="member-name">
        <strong>{name}</strong> <span className="muted">{mediumTime(new Date(invite.created_at))}</span>
      </p>
      <SubmitButton attempt={withdraw} className="link" onClick={withdraw.run}>
        Withdraw<span className="visually-hidden"> the invitation of {name}</span>
      </SubmitButton>
      <FormError text={withdraw.error} />
    </li>
  );
}
