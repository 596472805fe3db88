import type { PersonView } from '../../../events/server-frames.ts';
import { client } from '../chat-store.ts';
import { Avatar } from './Avatar.tsx';
import { Dialog } from './Dialog.tsx';
import { FormError } from './FormError.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useLoaded } from './use-loaded.ts';
import { useAction } from './use-submit.ts';

export interface PersonDialogProps {
  readonly person: PersonView;
  readonly onClose: () => void;
}

/** Who somebody is, and the way to block them. */
export default function PersonDialog({ person, onClose }: PersonDialogProps) {
  const {
    data: isBlocked,
    error,
    setData,
  } = useLoaded(async () => {
    const blocked = await client.account.blocked();
    return blocked.some(({ user_id: userId }) => userId === person.user_id);
  });
  const action = useAction(async () => {
    if (isBlocked) await client.account.unblock(person.user_id);
    else await client.account.block(person.user_id);
    setData(!isBlocked);
  });
  return (
    <Dialog title={person.display_name} onClose={onClose}>
      <div className="stack">
        <p className="person-line">
          <Avatar id={person.user_id} name={person.display_name} />
          <span className="muted">{person.deleted ? 'This account is gone' : `@${person.handle}`}</span>
        </p>
        <p>
          Whom you block cannot find you, begin a conversation with you or add you to a group. What they write
          in conversations that you are in already still arrives.
        </p>
        <p role="status">{isBlocked ? 'You have blocked this person.' : ''}</p>
        <FormError text={action.error ?? error} />
        {!person.deleted && (
          <div className="dialog-actions">
            <SubmitButton
              attempt={action}
              className={isBlocked ? '' : 'danger'}
              disabled={isBlocked === undefined}
              onClick={action.run}
            >
              {isBlocked ? 'Unblock' : 'Block'}
            </SubmitButton>
          </div>
        )}
      </div>
    </Dialog>
  );
}
