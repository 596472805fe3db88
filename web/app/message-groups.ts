import type { Mention } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';
import type { PendingChange } from '../client/message-changes.ts';
import type { TimelineRow } from '../client/timeline-rows.ts';
import { isSaid } from './system-text.ts';
import { isSameDay } from './times.ts';

/** How one row is shown, whether it is stored or still on its way. */
export interface ShownMessage {
  /** The same before and after the message is stored, so that its element stays. */
  readonly key: string;
  readonly seqNo: number | undefined;
  readonly senderId: string;
  readonly content: string;
  readonly at: Date;
  readonly state: 'stored' | 'queued' | 'failed';
  readonly clientMsgId: string;
  readonly error: string | undefined;
  /** As it is stored, with our own changes in it; undefined while it is on its way. */
  readonly message: MessageView | undefined;
  /** Our changes of it that are not confirmed. */
  readonly changes: readonly PendingChange[] | undefined;
  readonly mentions: readonly Mention[] | undefined;
  /** What it passes on. */
  readonly forwarded: MessageView['forwarded'];
  /** The number of the message that it answers. */
  readonly replyTo: number | undefined;
  /** That message, if it is in the window. */
  readonly quoted: MessageView | undefined;
}

/** Messages that one person wrote in one go. */
export interface MessageGroup {
  readonly key: string;
  readonly senderId: string;
  readonly messages: readonly ShownMessage[];
  /** The group is the first of its day. */
  readonly startsDay: boolean;
  /** The group begins with the first message that was unread when the conversation was opened. */
  readonly startsUnread: boolean;
  /** It is one line that nobody wrote. */
  readonly isLine: boolean;
}

const pauseMs = 5 * 60_000;

/** `unreadAfter`: the seq_no up to which everything was read when the conversation was opened. */
export function messageGroups(
  rows: readonly TimelineRow[],
  myId: string,
  unreadAfter: number | undefined,
): MessageGroup[] {
  const groups: (MessageGroup & { messages: ShownMessage[] })[] = [];
  let hasUnread = false;
  const stored = new Map(
    rows.flatMap((row) => (row.kind === 'message' ? [[row.message.seq_no, row.message] as const] : [])),
  );
  for (const message of rows.filter(isShown).map((row) => shownMessage(row, myId, stored))) {
    const group = groups.at(-1);
    const previous = group?.messages.at(-1);
    const startsDay = previous === undefined || !isSameDay(previous.at, message.at);
    const startsUnread: boolean = !hasUnread && isUnread(message, myId, unreadAfter);
    hasUnread ||= startsUnread;
    const isLine = message.message?.system !== undefined;
    const goesOn =
      group?.senderId === message.senderId &&
      !isLine &&
      !group.isLine &&
      previous !== undefined &&
      message.at.getTime() - previous.at.getTime() < pauseMs;
    if (goesOn && !startsDay && !startsUnread) group.messages.push(message);
    else
      groups.push({
        key: message.key,
        senderId: message.senderId,
        messages: [message],
        startsDay,
        startsUnread,
        isLine,
      });
  }
  return groups;
}

/** What a later version of the server tells is nothing to this one. */
function isShown(row: TimelineRow): boolean {
  return row.kind === 'pending' || row.message.system === undefined || isSaid(row.message.system);
}

function isUnread(message: ShownMessage, myId: string, unreadAfter: number | undefined): boolean {
  if (unreadAfter === undefined || message.seqNo === undefined) return false;
  return message.senderId !== myId && message.seqNo > unreadAfter;
}

function shownMessage(
  row: TimelineRow,
  myId: string,
  stored: ReadonlyMap<number, MessageView>,
): ShownMessage {
  const quotedBy = (replyTo: number | undefined) => ({
    replyTo,
    quoted: replyTo === undefined ? undefined : stored.get(replyTo),
  });
  if (row.kind === 'pending') {
    const { client_msg_id: clientMsgId, content, written_at_ms: writtenAtMs } = row.pending;
    return {
      key: `${myId} ${clientMsgId}`,
      seqNo: undefined,
      senderId: myId,
      content,
      at: new Date(writtenAtMs),
      state: row.pending.state,
      clientMsgId,
      error: row.pending.error?.detail,
      message: undefined,
      changes: undefined,
      mentions: row.pending.mentions,
      forwarded: row.pending.forwarded,
      ...quotedBy(row.pending.reply_to),
    };
  }
  const { message, changes } = row;
  return {
    key: `${message.sender_id} ${message.client_msg_id}`,
    seqNo: message.seq_no,
    senderId: message.sender_id,
    content: message.content,
    at: new Date(message.created_at),
    state: 'stored',
    clientMsgId: message.client_msg_id,
    error: undefined,
    message,
    changes,
    mentions: message.mentions,
    forwarded: message.forwarded,
    ...quotedBy(message.reply_to),
  };
}
