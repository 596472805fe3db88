import { lazy, useState } from 'react';
import type { ChatState } from '../../client/chat-state.ts';
import { pendingInvites } from '../../client/invite-state.ts';
import { customText } from '../presence-text.ts';
import { settingsHref } from '../route.ts';
import { usePresence } from '../use-presence.ts';
import { ConversationList } from './ConversationList.tsx';
import { InviteList } from './InviteList.tsx';
import { Logo, NewChatIcon, RoomsIcon, SettingsIcon } from './icons.tsx';
import { Loading } from './Loading.tsx';
import { PersonAvatar } from './PersonAvatar.tsx';
import { SignOutButton } from './SignOutButton.tsx';

const StatusDialog = lazy(() => import('./StatusDialog.tsx'));

export interface SidebarProps {
  readonly chat: ChatState;
  readonly openId: string | undefined;
  readonly onStart: () => void;
  readonly onFindRooms: () => void;
}

export function Sidebar({ chat, openId, onStart, onFindRooms }: SidebarProps) {
  return (
    <div className="sidebar">
      <header className="sidebar-header">
        <h1 className="brand">
          <Logo />
          Confab
        </h1>
        <span className="sidebar-actions">
          <button type="button" className="icon-button" onClick={onFindRooms} aria-label="Public rooms">
            <RoomsIcon />
          </button>
          <button type="button" className="icon-button" onClick={onStart} aria-label="New conversation">
            <NewChatIcon />
          </button>
        </span>
      </header>
      <div className="sidebar-lists">
        <InviteList invites={pendingInvites(chat.invites)} />
        <ConversationList chat={chat} openId={openId} onStart={onStart} />
      </div>
      <footer className="sidebar-footer">
        <StatusButton chat={chat} />
        <a className="icon-button" href={settingsHref()} aria-label="Settings">
          <SettingsIcon />
        </a>
        <SignOutButton />
      </footer>
    </div>
  );
}

/** Who this person is for the others, and the way to change what they say of themselves. */
function StatusButton({ chat: { me, presence } }: Pick<SidebarProps, 'chat'>) {
  const [isOpen, setOpen] = useState(false);
  const status = usePresence(me.user_id);
  return (
    <>
      <button type="button" className="me-button" title="Your status" onClick={() => setOpen(true)}>
        <PersonAvatar id={me.user_id} name={me.display_name} size="small" />
        <span className="me">
          <span className="me-name">{me.display_name}</span>
          <span className="me-handle">{customText(status) || `@${me.handle}`}</span>
          <span className="visually-hidden">: your status</span>
        </span>
      </button>
      {isOpen && (
        <Loading>
          <StatusDialog present={presence.get(me.user_id)} onClose={() => setOpen(false)} />
        </Loading>
      )}
    </>
  );
}
