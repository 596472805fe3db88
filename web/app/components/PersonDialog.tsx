import { useState } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import type { ConversationState } from '../../client/conversation-state.ts';
import { client } from '../chat-store.ts';
import { Dialog } from './Dialog.tsx';
import { MuteSection } from './details/MuteSection.tsx';
import { FormError } from './FormError.tsx';
import { PersonAvatar } from './PersonAvatar.tsx';
import { PresenceLine } from './PresenceLine.tsx';
import { ReportForm } from './ReportForm.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useLoaded } from './use-loaded.ts';
import { useAction } from './use-submit.ts';
import '../styles/details.css';

export interface PersonDialogProps {
  readonly person: PersonView;
  /** The one of the two. */
  readonly conversation: ConversationState;
  readonly onClose: () => void;
}

/** Who somebody is, and the ways to mute, block and report them. */
export default function PersonDialog({ person, conversation, onClose }: PersonDialogProps) {
  const [isReporting, setReporting] = useState(false);
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
  if (isReporting)
    return (
      <Dialog key="report" title={`Report ${person.display_name}`} onClose={onClose}>
        <ReportForm subject={{ user_id: person.user_id }} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={person.display_name} onClose={onClose}>
      <div className="stack">
        <p className="person-line">
          <PersonAvatar id={person.user_id} name={person.display_name} />
          <span className="muted">
            <PresenceLine
              userId={person.user_id}
              before={person.deleted ? 'This account is gone' : `@${person.handle}`}
            />
          </span>
        </p>
        <MuteSection conversation={conversation} />
        <p>
          Whom you block cannot find you, write to you, invite you or add you to a group, and you cannot write
          to them here. In groups that you are both in, what they write still arrives.
        </p>
        <p role="status">{isBlocked ? 'You have blocked this person.' : ''}</p>
        <FormError text={action.error ?? error} />
        {!person.deleted && (
          <div className="dialog-actions">
            <button type="button" onClick={() => setReporting(true)}>
              Report…
            </button>
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
