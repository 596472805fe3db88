import type { ConnectionState } from '../../client/connection.ts';
import { type ConversationState, receiptCounts } from '../../client/conversation-state.ts';
import type { MessageGroup } from '../message-groups.ts';
import { CheckIcon, ClockIcon, DoubleCheckIcon } from './icons.tsx';

export type SentStateName = 'waiting' | 'sending' | 'sent' | 'delivered' | 'read';

/** How far the last of our own messages has come, and the words for it. */
export interface SentStateView {
  readonly name: SentStateName;
  readonly text: string;
}

/** Undefined if it failed or was deleted, which is said elsewhere. */
export function sentState(
  group: MessageGroup,
  conversation: ConversationState,
  connection: ConnectionState,
): SentStateView | undefined {
  const last = group.messages.at(-1);
  if (last === undefined || last.state === 'failed' || last.message?.deleted_at !== undefined)
    return undefined;
  if (last.seqNo === undefined) {
    return connection === 'live'
      ? { name: 'sending', text: 'Sending…' }
      : { name: 'waiting', text: 'Waiting for the connection' };
  }
  const { delivered, read } = receiptCounts(conversation, last.seqNo);
  if (read > 0) return { name: 'read', text: reached('Read', read, conversation) };
  if (delivered > 0) return { name: 'delivered', text: reached('Delivered', delivered, conversation) };
  return { name: 'sent', text: 'Sent' };
}

/** Between two people there is nobody to count. */
function reached(word: string, count: number, { view }: ConversationState): string {
  if (view.type === 'direct') return word;
  const where = word === 'Read' ? 'by' : 'to';
  return `${word} ${where} ${count >= view.member_count - 1 ? 'all' : count}`;
}

/** One tick: the server has it. Two: a device of somebody else has it. In colour: somebody has read it. */
export function SentState({ name, text }: SentStateView) {
  return (
    <span className="sent-state" data-state={name}>
      {name === 'sent' && <CheckIcon />}
      {(name === 'delivered' || name === 'read') && <DoubleCheckIcon />}
      {(name === 'sending' || name === 'waiting') && <ClockIcon />}
      {text}
    </span>
  );
}
