import { useState } from 'react';
import type { ConversationView, PersonView, Role } from '../../../../events/server-frames.ts';
import { activeChat } from '../../chat-store.ts';
import { outranks, roleChoices, roleNames } from '../../roles.ts';
import { ChoiceField } from '../ChoiceField.tsx';
import { FormError } from '../FormError.tsx';
import { PersonAvatar } from '../PersonAvatar.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useAction, useSubmit } from '../use-submit.ts';

export interface MemberItemProps {
  readonly convoId: string;
  readonly view: ConversationView;
  readonly myId: string;
  readonly person: PersonView;
  readonly role: Role;
}

export function MemberItem(props: MemberItemProps) {
  const { view, myId, person, role } = props;
  const [isOpen, setOpen] = useState(false);
  const isMe = person.user_id === myId;
  const mayGo = !isMe && outranks(view.role, role);
  const may = {
    role: view.capabilities.includes('role.change'),
    remove: mayGo && view.capabilities.includes('member.remove'),
    ban: mayGo && view.capabilities.includes('member.ban'),
  };
  const name = isMe ? 'You' : person.display_name;
  return (
    <li className="member">
      <PersonAvatar id={person.user_id} name={person.display_name} size="small" />
      <p className="member-name">
        <strong>{name}</strong> {role !== 'member' && <span className="tag">{roleNames[role]}</span>}{' '}
        {person.bot && <span className="tag">Bot</span>}
        {!person.deleted && <span className="muted member-line">@{person.handle}</span>}
      </p>
      {(may.role || may.remove || may.ban) && (
        <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Manage<span className="visually-hidden"> {name}</span>
        </button>
      )}
      {isOpen && <MemberActions {...props} may={may} onDone={() => setOpen(false)} />}
    </li>
  );
}

interface MemberActionsProps extends MemberItemProps {
  readonly may: { readonly role: boolean; readonly remove: boolean; readonly ban: boolean };
  readonly onDone: () => void;
}

function MemberActions({ convoId, person, role, may, onDone }: MemberActionsProps) {
  const userId = person.user_id;
  const setRole = useSubmit(async (field) => {
    const chosen = roleChoices.find(({ value }) => value === field('role'))?.value;
    if (chosen !== undefined && chosen !== role)
      await activeChat().membership.setRole(convoId, userId, chosen);
    onDone();
  });
  const remove = useAction(() => activeChat().membership.remove(convoId, userId));
  const ban = useAction(() => activeChat().membership.ban(convoId, userId));
  return (
    <div className="member-actions stack">
      {may.role && (
        <form className="member-role" onSubmit={setRole.onSubmit}>
          <ChoiceField
            label={`Role of ${person.display_name}`}
            name="role"
            defaultValue={role}
            options={roleChoices}
          />
          <SubmitButton attempt={setRole} className="">
            Set role
          </SubmitButton>
        </form>
      )}
      <FormError text={setRole.error ?? remove.error ?? ban.error} />
      {(may.remove || may.ban) && (
        <div className="form-actions">
          {may.remove && (
            <SubmitButton attempt={remove} className="danger" onClick={remove.run}>
              Remove
            </SubmitButton>
          )}
          {may.ban && (
            <SubmitButton attempt={ban} className="danger" onClick={ban.run}>
              Ban
            </SubmitButton>
          )}
        </div>
      )}
    </div>
  );
}
