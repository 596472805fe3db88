import { lazy, useState } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import { usePlace } from '../route.ts';
import { ConnectionNotice } from './ConnectionNotice.tsx';
import { ConversationPane } from './ConversationPane.tsx';
import { EmailReminder } from './EmailReminder.tsx';
import { EmptyPane } from './EmptyPane.tsx';
import { Loading } from './Loading.tsx';
import { NewConversationDialog } from './NewConversationDialog.tsx';
import { NoticeBanners } from './NoticeBanners.tsx';
import { Sidebar } from './Sidebar.tsx';

const InvitePane = lazy(() => import('./InvitePane.tsx'));
const RoomsDialog = lazy(() => import('./RoomsDialog.tsx'));

/** The list and the conversation: side by side where there is room, one at a time on a phone. */
export function ChatPage({ chat }: { readonly chat: ChatState }) {
  const place = usePlace();
  const openId = place.name === 'conversation' ? place.convoId : undefined;
  const [dialog, setDialog] = useState<'start' | 'rooms'>();
  const start = () => setDialog('start');
  const close = () => setDialog(undefined);
  const conversation = openId === undefined ? undefined : chat.conversations.get(openId);

  return (
    <main
      className="chat"
      data-view={openId === undefined && place.name !== 'invite' ? 'list' : 'conversation'}
    >
      <button type="button" className="skip-link" onClick={focusConversation}>
        Skip to the conversation
      </button>
      <div className="notices">
        <ConnectionNotice state={chat.connection} isFirst={!chat.isLoaded} />
        <NoticeBanners notices={chat.notices} />
        <EmailReminder me={chat.me} />
      </div>
      <Sidebar chat={chat} openId={openId} onStart={start} onFindRooms={() => setDialog('rooms')} />
      <div className="pane" id="conversation" tabIndex={-1}>
        {place.name === 'invite' ? (
          <Loading>
            <InvitePane key={place.token} token={place.token} />
          </Loading>
        ) : conversation === undefined ? (
          <EmptyPane
            hasAny={chat.conversations.size > 0}
            isMissing={openId !== undefined && chat.isLoaded}
            onStart={start}
          />
        ) : (
          <ConversationPane
            key={conversation.convoId}
            chat={chat}
            conversation={conversation}
            thread={place.name === 'conversation' ? place.thread : undefined}
          />
        )}
      </div>
      {dialog === 'start' && (
        <NewConversationDialog
          myId={chat.me.user_id}
          onClose={close}
          onFindRooms={() => setDialog('rooms')}
        />
      )}
      {dialog === 'rooms' && (
        <Loading>
          <RoomsDialog onClose={close} />
        </Loading>
      )}
    </main>
  );
}

/** By hand: a link to a fragment would close the conversation, which the fragment names. */
function focusConversation(): void {
  document.getElementById('conversation')?.focus();
}
