import { lazy, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { MessageView } from '../../../events/http-contracts.ts';
import type { ChatState } from '../../client/chat-state.ts';
import { type ConversationState, unreadCount } from '../../client/conversation-state.ts';
import { timelineRows } from '../../client/timeline.ts';
import { activeChat } from '../chat-store.ts';
import {
  type ConversationDialogName,
  type OpenConversation,
  OpenConversationProvider,
  type Writing,
} from '../conversation-context.ts';
import { conversationName } from '../names.ts';
import { Announcer } from './Announcer.tsx';
import { Composer } from './Composer.tsx';
import { ConversationHeader } from './ConversationHeader.tsx';
import { Loading } from './Loading.tsx';
import { MessageList } from './MessageList.tsx';
import { MessageMenu } from './MessageMenu.tsx';
import { TypingLine } from './TypingLine.tsx';
import { useJump } from './use-jump.ts';
import { useReadMark } from './use-read-mark.ts';
import { useReceipts } from './use-receipts.ts';

const ConversationDialog = lazy(() => import('./conversation-dialogs/ConversationDialog.tsx'));

export interface ConversationPaneProps {
  readonly chat: ChatState;
  readonly conversation: ConversationState;
}

/** One conversation; mounted anew for each, so that what it remembers is about this visit. */
export function ConversationPane({ chat, conversation }: ConversationPaneProps) {
  const myId = chat.me.user_id;
  const { convoId, view, timeline, typing } = conversation;
  const { people } = chat;
  const name = conversationName(view, myId);
  const rows = timelineRows(timeline, myId);
  /** Where reading began: the line stays where it was while this visit lasts. */
  const [unreadAfter] = useState(() => (unreadCount(conversation) > 0 ? conversation.readSeq : undefined));
  const [isAtEnd, setAtEnd] = useState(false);
  const [menu, setMenu] = useState<{ readonly message: MessageView; readonly anchor: Element }>();
  const [dialog, setDialog] = useState<ConversationDialogName>();
  const [writing, setWriting] = useState<Writing>();
  useReadMark(conversation, isAtEnd);
  useReceipts(convoId, chat.connection);

  const heading = useRef<HTMLHeadingElement>(null);
  const composer = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // With a keyboard one wants to write; on a phone the keys on the screen would hide what there is to read.
    const target = window.matchMedia('(pointer: fine)').matches ? composer.current : heading.current;
    target?.focus({ preventScroll: true });
  }, []);

  const showAround = useCallback((seqNo: number) => setDialog({ kind: 'around', seqNo }), []);
  const jumpTo = useJump(convoId, showAround);
  const open = useMemo<OpenConversation>(
    () => ({
      convoId,
      myId,
      people,
      may: (capability) => view.capabilities.includes(capability),
      openMenu: (message, anchor) => setMenu({ message, anchor }),
      openDialog: setDialog,
      change: (message, change) => void activeChat().change(convoId, message.seq_no, change),
      write: setWriting,
      jumpTo,
    }),
    [convoId, myId, people, view.capabilities, jumpTo],
  );
  const present = writing && presentWriting(writing, rows);
  const mentionable = useMemo(
    () => mentionablePeople(view.members, timeline.messages, people, myId),
    [view.members, timeline.messages, people, myId],
  );

  /** The one before it would be a surprise while the last one is still on its way. */
  function editLast(): void {
    const last = rows.findLast((row) => row.kind === 'pending' || isOwn(row.message, myId));
    if (last?.kind === 'message') setWriting({ kind: 'edit', message: last.message });
  }

  return (
    <OpenConversationProvider value={open}>
      <section className="conversation" aria-label={`Conversation with ${name}`}>
        <ConversationHeader
          view={view}
          myId={myId}
          name={name}
          headingRef={heading}
          onShowPins={() => setDialog({ kind: 'pins' })}
        />
        <MessageList
          chat={chat}
          conversation={conversation}
          rows={rows}
          unreadAfter={unreadAfter}
          onAtEnd={setAtEnd}
        />
        <Announcer rows={rows} chat={chat} knownSeq={timeline.knownSeq} />
        <div className="writing-area">
          <TypingLine typing={typing} people={people} myId={myId} />
          <Composer
            convoId={convoId}
            name={name}
            inputRef={composer}
            myId={myId}
            people={mentionable}
            mayMentionAll={view.capabilities.includes('mention.all')}
            writing={present}
            onWritingEnd={() => setWriting(undefined)}
            onEditLast={editLast}
          />
        </div>
      </section>
      {menu !== undefined && (
        <MessageMenu
          key={menu.message.seq_no}
          message={menu.message}
          anchor={menu.anchor}
          onClose={() => setMenu(undefined)}
        />
      )}
      {dialog !== undefined && (
        <Loading>
          <ConversationDialog dialog={dialog} onClose={() => setDialog(undefined)} />
        </Loading>
      )}
    </OpenConversationProvider>
  );
}

function isOwn(message: MessageView, myId: string): boolean {
  return message.sender_id === myId && message.deleted_at === undefined;
}

/** Nothing more can be done with a message that was deleted meanwhile. */
function presentWriting(writing: Writing, rows: ReturnType<typeof timelineRows>): Writing | undefined {
  const row = rows.find((each) => each.kind === 'message' && each.message.seq_no === writing.message.seq_no);
  return row?.kind === 'message' && row.message.deleted_at !== undefined ? undefined : writing;
}

/** The members that are known, and whoever has written here. */
function mentionablePeople(
  members: ConversationState['view']['members'],
  messages: readonly MessageView[],
  people: ChatState['people'],
  myId: string,
) {
  const writers = messages.flatMap((message) => people.get(message.sender_id) ?? []);
  const byId = new Map([...members, ...writers].map((person) => [person.user_id, person]));
  byId.delete(myId);
  return [...byId.values()];
}
