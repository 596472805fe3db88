import { lazy } from 'react';
import { Loading } from './Loading.tsx';
import { MessageMenu } from './MessageMenu.tsx';
import type { MessageParts } from './use-message-parts.ts';

const ConversationDialog = lazy(() => import('./conversation-dialogs/ConversationDialog.tsx'));

/** What opens over messages. */
export function MessageOverlays({ parts }: { readonly parts: MessageParts }) {
  const { menu, dialog, closeMenu, closeDialog } = parts;
  return (
    <>
      {menu !== undefined && (
        <MessageMenu
          key={menu.message.seq_no}
          message={menu.message}
          anchor={menu.anchor}
          onClose={closeMenu}
        />
      )}
      {dialog !== undefined && (
        <Loading>
          <ConversationDialog dialog={dialog} onClose={closeDialog} />
        </Loading>
      )}
    </>
  );
}
