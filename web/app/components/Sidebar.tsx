import type { ChatState } from '../../client/chat-state.ts';
import { settingsHref } from '../route.ts';
import { Avatar } from './Avatar.tsx';
import { ConversationList } from './ConversationList.tsx';
import { Logo, NewChatIcon, SettingsIcon } from './icons.tsx';
import { SignOutButton } from './SignOutButton.tsx';

export interface SidebarProps {
  readonly chat: ChatState;
  readonly openId: string | undefined;
  readonly onStart: () => void;
}

export function Sidebar({ chat, openId, onStart }: SidebarProps) {
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
        <a className="icon-button" href={settingsHref()} aria-label="Settings">
          <SettingsIcon />
        </a>
        <SignOutButton />
      </footer>
    </div>
  );
}
