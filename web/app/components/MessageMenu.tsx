import { type KeyboardEvent, useLayoutEffect, useRef } from 'react';
import type { MessageView } from '../../../events/http-contracts.ts';
import { activeChat } from '../chat-store.ts';
import { useOpenConversation } from '../conversation-context.ts';
import { goTo, listHref } from '../route.ts';

const commonEmojis = ['👍', '❤️', '😂', '😮', '😢', '🎉'];
const marginPx = 8;

export interface MessageMenuProps {
  readonly message: MessageView;
  /** What it was opened from: it is shown beside it, and gets the focus back. */
  readonly anchor: Element;
  readonly onClose: () => void;
}

/** The browser's own popover: it closes with Escape and with a click anywhere else. */
export function MessageMenu({ message, anchor, onClose }: MessageMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const { mayReact } = useOpenConversation();
  useLayoutEffect(() => {
    const element = menu.current;
    if (element === null) return;
    if (!element.matches(':popover-open')) element.showPopover();
    place(element, anchor.getBoundingClientRect());
    items(element)[0]?.focus({ preventScroll: true });
  }, [anchor]);

  function close(): void {
    menu.current?.hidePopover();
    if (anchor instanceof HTMLElement) anchor.focus({ preventScroll: true });
  }

  return (
    <div
      ref={menu}
      popover="auto"
      role="menu"
      className="message-menu"
      aria-label="Message"
      onKeyDown={onKeyDown}
      onToggle={(event) => {
        if (event.newState === 'closed') onClose();
      }}
    >
      {mayReact && <EmojiItems message={message} onDone={close} />}
      <MenuItems message={message} onDone={close} />
    </div>
  );
}

interface ItemsProps {
  readonly message: MessageView;
  readonly onDone: () => void;
}

function EmojiItems({ message, onDone }: ItemsProps) {
  const { myId, change } = useOpenConversation();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is none of the children that a menu may have
    <div className="emoji-row" role="group" aria-label="React">
      {commonEmojis.map((emoji) => {
        const isMine = message.reactions?.some(
          (reaction) => reaction.emoji === emoji && reaction.user_ids.includes(myId),
        );
        return (
          <button
            key={emoji}
            type="button"
            role="menuitemcheckbox"
            aria-checked={isMine === true}
            tabIndex={-1}
            aria-label={`React with ${emoji}`}
            onClick={() => {
              onDone();
              change(message, { kind: isMine ? 'unreact' : 'react', emoji });
            }}
          >
            {emoji}
          </button>
        );
      })}
    </div>
  );
}

function MenuItems({ message, onDone }: ItemsProps) {
  const open = useOpenConversation();
  const { convoId, myId, thread, may, mayReact, mayTakeBack, isMember } = open;
  const { change, openDialog, openThread, write } = open;
  const isMine = message.sender_id === myId;
  const item = (label: string, act: () => void, className = '') => (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className={className}
      onClick={() => {
        onDone();
        act();
      }}
    >
      {label}
    </button>
  );
  function markUnread(): void {
    activeChat().markUnread(convoId, message.seq_no - 1);
    // An open conversation would be read again at once.
    goTo(listHref);
  }
  return (
    <>
      {mayReact && item('Another emoji…', () => openDialog({ kind: 'emoji', message }))}
      {may('message.send') && item('Reply', () => write({ kind: 'reply', message }))}
      {thread === undefined &&
        (may('message.send') || message.replies !== undefined) &&
        item('Reply in thread', () => openThread(message.seq_no))}
      {isMine && may('message.send') && item('Edit', () => write({ kind: 'edit', message }))}
      {navigator.clipboard !== undefined &&
        item(
          'Copy text',
          () =>
            void navigator.clipboard
              .writeText(message.content || (message.forwarded?.content ?? ''))
              .catch(() => {}),
        )}
      {may('message.pin') &&
        (message.pinned
          ? item('Unpin', () => change(message, { kind: 'unpin' }))
          : item('Pin', () => change(message, { kind: 'pin' })))}
      {item('Forward…', () => openDialog({ kind: 'forward', message }))}
      {!isMine && isMember && thread === undefined && item('Mark unread from here', markUnread)}
      {!isMine && item('Report…', () => openDialog({ kind: 'report', message }))}
      {((isMine && mayTakeBack) || may('message.delete_any')) &&
        item('Delete…', () => openDialog({ kind: 'delete', message }), 'menu-danger')}
    </>
  );
}

/** Up and down through all items, left and right as well: they move among the emojis. */
function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
  const all = items(event.currentTarget);
  const at = all.findIndex((item) => item.matches(':focus'));
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }[
    event.key
  ];
  if (event.key === 'Tab') event.preventDefault();
  if (to === undefined) return;
  event.preventDefault();
  all.at(to % all.length)?.focus();
}

function items(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('button')];
}

/** Beside what it belongs to, and inside the window. On a phone the style puts it at the bottom instead. */
function place(menu: HTMLElement, anchor: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.min(Math.max(anchor.left, marginPx), window.innerWidth - width - marginPx);
  const below = anchor.bottom + marginPx;
  const isRoomBelow = below + height < window.innerHeight;
  const top = isRoomBelow ? below : Math.max(marginPx, anchor.top - height - marginPx);
  menu.style.setProperty('--menu-left', `${left}px`);
  menu.style.setProperty('--menu-top', `${top}px`);
}
