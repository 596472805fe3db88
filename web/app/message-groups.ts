import type { TimelineRow } from '../client/timeline.ts';
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
  for (const message of rows.map((row) => shownMessage(row, myId))) {
    const group = groups.at(-1);
    const previous = group?.messages.at(-1);
    const startsDay = previous === undefined || !isSameDay(previous.at, message.at);
    const startsUnread: boolean = !hasUnread && isUnread(message, myId, unreadAfter);
    hasUnread ||= startsUnread;
    const goesOn =
      group?.senderId === message.senderId &&
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
      });
  }
  return groups;
}

function isUnread(message: ShownMessage, myId: string, unreadAfter: number | undefined): boolean {
  if (unreadAfter === undefined || message.seqNo === undefined) return false;
  return message.senderId !== myId && message.seqNo > unreadAfter;
}

function shownMessage(row: TimelineRow, myId: string): ShownMessage {
  if (row.kind === 'pending') {
    const { client_msg_id: clientMsgId, content, written_at_ms: writtenAtMs, state, error } = row.pending;
    const at = new Date(writtenAtMs);
    const key = `${myId} ${clientMsgId}`;
    return { key, seqNo: undefined, senderId: myId, content, at, state, clientMsgId, error: error?.detail };
  }
  const { message } = row;
  return {
    key: `${message.sender_id} ${message.client_msg_id}`,
    seqNo: message.seq_no,
    senderId: message.sender_id,
    content: message.content,
    at: new Date(message.created_at),
    state: 'stored',
    clientMsgId: message.client_msg_id,
    error: undefined,
  };
}
