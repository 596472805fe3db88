import { useState } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import { usePlace } from '../route.ts';
import { ConnectionNotice } from './ConnectionNotice.tsx';
import { ConversationPane } from './ConversationPane.tsx';
import { EmailReminder } from './EmailReminder.tsx';
import { EmptyPane } from './EmptyPane.tsx';
import { NewConversationDialog } from './NewConversationDialog.tsx';
import { Sidebar } from './Sidebar.tsx';

/** The list and the conversation: side by side where there is room, one at a time on a phone. */
export function ChatPage({ chat }: { readonly chat: ChatState }) {
  const place = usePlace();
  const openId = place.name === 'conversation' ? place.convoId : undefined;
  const [isStarting, setStarting] = useState(false);
  const conversation = openId === undefined ? undefined : chat.conversations.get(openId);

  return (
    <main className="chat" data-view={openId === undefined ? 'list' : 'conversation'}>
      <button type="button" className="skip-link" onClick={focusConversation}>
        Skip to the conversation
      </button>
      <div className="notices">
        <ConnectionNotice state={chat.connection} isFirst={!chat.isLoaded} />
        <EmailReminder me={chat.me} />
      </div>
      <Sidebar chat={chat} openId={openId} onStart={() => setStarting(true)} />
      <div className="pane" id="conversation" tabIndex={-1}>
        {conversation === undefined ? (
          <EmptyPane
            hasAny={chat.conversations.size > 0}
            isMissing={openId !== undefined && chat.isLoaded}
            onStart={() => setStarting(true)}
          />
        ) : (
          <ConversationPane key={conversation.convoId} chat={chat} conversation={conversation} />
        )}
      </div>
      {isStarting && <NewConversationDialog myId={chat.me.user_id} onClose={() => setStarting(false)} />}
    </main>
  );
}

/** By hand: a link to a fragment would close the conversation, which the fragment names. */
function focusConversation(): void {
  document.getElementById('conversation')?.focus();
}
