import { useEffect, useState } from 'react';
import type { ChatState } from '../../../client/chat-state.ts';
import type { ConversationState } from '../../../client/conversation-state.ts';
import { client } from '../../chat-store.ts';
import { conversationName } from '../../names.ts';
import { Dialog } from '../Dialog.tsx';
import { BackIcon } from '../icons.tsx';
import { AboutView } from './AboutView.tsx';
import { AddPeopleView } from './AddPeopleView.tsx';
import { BansView } from './BansView.tsx';
import { EditView } from './EditView.tsx';
import { LinksView } from './LinksView.tsx';
import '../../styles/details.css';

const titles = {
  about: '',
  edit: 'Name and topic',
  add: 'Add people',
  links: 'Invitations and links',
  bans: 'Banned people',
} as const;
export type DetailsView = keyof typeof titles;

export interface DetailsProps {
  readonly chat: ChatState;
  readonly conversation: ConversationState;
}

/** What a group or room is, who is in it, and what this person may change; one thing at a time. */
export default function DetailsDialog({
  chat,
  conversation,
  onClose,
}: DetailsProps & { readonly onClose: () => void }) {
  const [view, setView] = useState<DetailsView>('about');
  const { convoId } = conversation;
  useEffect(() => () => client.chat?.membership.forget(convoId), [convoId]);
  const details = { chat, conversation };
  const back = () => setView('about');
  return (
    <Dialog
      title={view === 'about' ? conversationName(conversation.view, chat.me.user_id) : titles[view]}
      onClose={onClose}
    >
      {view !== 'about' && (
        <button type="button" className="link back-link" onClick={back}>
          <BackIcon />
          Back
        </button>
      )}
      {view === 'about' && <AboutView {...details} onShow={setView} onLeft={onClose} />}
      {view === 'edit' && <EditView {...details} onDone={back} />}
      {view === 'add' && <AddPeopleView {...details} onDone={back} />}
      {view === 'links' && <LinksView {...details} />}
      {view === 'bans' && <BansView {...details} />}
    </Dialog>
  );
}
