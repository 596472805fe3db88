import { useState } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import { activeChat, client } from '../chat-store.ts';
import { goTo, listHref } from '../route.ts';
import { Avatar } from './Avatar.tsx';
import { ConversationList } from './ConversationList.tsx';
import { Logo, NewChatIcon, SignOutIcon } from './icons.tsx';
import { SignOutDialog } from './SignOutDialog.tsx';

export interface SidebarProps {
  readonly chat: ChatState;
  readonly openId: string | undefined;
  readonly onStart: () => void;
}

export function Sidebar({ chat, openId, onStart }: SidebarProps) {
  /** How many messages would be lost by signing out, while that is being asked. */
  const [unsent, setUnsent] = useState<number>();

  function leave(): void {
    setUnsent(undefined);
    goTo(listHref);
    void client.signOut();
  }

  function askToLeave(): void {
    const count = activeChat().unsentCount;
    if (count === 0) leave();
    else setUnsent(count);
  }

  return (
    <div className="sidebar">
      <header className="sidebar-header">
        <h1 className="brand">
          <Logo />
          Confab
        </h1>
        <button type="button" className="icon-button" onClick={onStart} aria-label="New conversation">
          <NewChatIcon />
        </button>
      </header>
      <ConversationList chat={chat} openId={openId} onStart={onStart} />
      <footer className="sidebar-footer">
        <Avatar id={chat.me.user_id} name={chat.me.display_name} size="small" />
        <p className="me">
          <span className="me-name">{chat.me.display_name}</span>
          <span className="me-handle">@{chat.me.handle}</span>
        </p>
        <button type="button" className="icon-button" onClick={askToLeave} aria-label="Sign out">
          <SignOutIcon />
        </button>
      </footer>
      {unsent !== undefined && (
        <SignOutDialog unsent={unsent} onCancel={() => setUnsent(undefined)} onConfirm={leave} />
      )}
    </div>
  );
}
