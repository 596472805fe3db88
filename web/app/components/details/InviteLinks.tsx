import { useState } from 'react';
import type { InviteLinkView } from '../../../../events/membership-contracts.ts';
import { limits } from '../../../../shared/limits.ts';
import { activeChat } from '../../chat-store.ts';
import { roleNames } from '../../roles.ts';
import { inviteHref } from '../../route.ts';
import { mediumTime } from '../../times.ts';
import { ChoiceField } from '../ChoiceField.tsx';
import { Field } from '../Field.tsx';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useLoaded } from '../use-loaded.ts';
import { useAction, useSubmit } from '../use-submit.ts';

const daySeconds = 24 * 3600;
const lifetimes = [
  { value: String(daySeconds), name: '1 day' },
  { value: String(7 * daySeconds), name: '7 days' },
  { value: String(30 * daySeconds), name: '30 days' },
];
const roles = (['member', 'admin'] as const).map((value) => ({ value, name: roleNames[value] }));

export interface InviteLinksProps {
  readonly convoId: string;
  /** Else everybody comes in as a member. */
  readonly mayGiveRoles: boolean;
}

/** Links that let in whoever has them. */
export function InviteLinks({ convoId, mayGiveRoles }: InviteLinksProps) {
  const [address, setAddress] = useState<string>();
  const { data: links = [], error, reload } = useLoaded(() => activeChat().invitations.links(convoId));
  const submission = useSubmit(async (field) => {
    const uses = field('uses').trim();
    const { token } = await activeChat().invitations.createLink(convoId, {
      role: field('role') === 'admin' ? 'admin' : 'member',
      expires_in_seconds: Number(field('lifetime')),
      ...(uses !== '' && { max_uses: Number(uses) }),
    });
    setAddress(new URL(inviteHref(token), window.location.href).href);
    reload();
  });
  return (
    <section className="details-section" aria-label="Invite links">
      <h3>Invite links</h3>
      <form className="stack" onSubmit={submission.onSubmit}>
        {mayGiveRoles && (
          <ChoiceField label="They come in as" name="role" defaultValue="member" options={roles} />
        )}
        <Field
          label="How many may use it"
          name="uses"
          type="number"
          inputMode="numeric"
          min={1}
          max={limits.inviteLinkUsesMax}
          placeholder="Any number"
          error={submission.fieldError('max_uses')}
        />
        <ChoiceField
          label="It works for"
          name="lifetime"
          defaultValue={String(7 * daySeconds)}
          options={lifetimes}
        />
        <FormError text={submission.error ?? error} />
        <div className="form-actions">
          <SubmitButton attempt={submission} busy="Creating…">
            Create a link
          </SubmitButton>
        </div>
      </form>
      {address !== undefined && <NewLink address={address} />}
      {links.length > 0 && (
        <ul className="members" aria-label="Links">
          {links.map((link) => (
            <LinkItem key={link.link_id} convoId={convoId} link={link} onRevoked={reload} />
          ))}
        </ul>
      )}
    </section>
  );
}

function NewLink({ address }: { readonly address: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = useAction(async () => {
    await navigator.clipboard.writeText(address);
    setCopied(true);
  });
  return (
    <div className="stack">
      <Field
        label="Your new link"
        value={address}
        readOnly
        hint="Copy it now: it is shown this once."
        onFocus={(event) => event.target.select()}
      />
      <div className="form-actions">
        {navigator.clipboard !== undefined && (
          <SubmitButton attempt={copy} className="" onClick={copy.run}>
            Copy the link
          </SubmitButton>
        )}
        <p className="hint" role="status">
          {isCopied ? 'Copied.' : ''}
        </p>
      </div>
    </div>
  );
}

interface LinkItemProps {
  readonly convoId: string;
  readonly link: InviteLinkView;
  readonly onRevoked: () => void;
}

function LinkItem({ convoId, link, onRevoked }: LinkItemProps) {
  const revoke = useAction(async () => {
    await activeChat().invitations.removeLink(convoId, link.link_id);
    onRevoked();
  });
  const uses = link.max_uses === null ? `${link.uses} times` : `${link.uses} of ${link.max_uses} times`;
  return (
    <li className="member member-plain">
      <p className="member-name">
        <strong>{roleNames[link.role]}</strong>{' '}
        <span className="muted">
          used {uses}, until {mediumTime(new Date(link.expires_at))}
        </span>
      </p>
      <SubmitButton attempt={revoke} className="link" onClick={revoke.run}>
        Revoke
      </SubmitButton>
      <FormError text={revoke.error} />
    </li>
  );
}
