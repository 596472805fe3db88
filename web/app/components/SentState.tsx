import type { ConnectionState } from '../../client/connection.ts';
import type { ConversationState } from '../../client/conversation-state.ts';
import type { MessageGroup } from '../message-groups.ts';
import { CheckIcon, ClockIcon } from './icons.tsx';

export type SentStateName = 'waiting' | 'sending' | 'sent' | 'read';

const texts: Readonly<Record<SentStateName, string>> = {
  waiting: 'Waiting for the connection',
  sending: 'Sending…',
  sent: 'Sent',
  read: 'Read',
};

/** How far the last of our own messages has come; undefined if it failed, which is said elsewhere. */
export function sentState(
  group: MessageGroup,
  conversation: ConversationState,
  connection: ConnectionState,
): SentStateName | undefined {
  const last = group.messages.at(-1);
  if (last === undefined || last.state === 'failed') return undefined;
  if (last.seqNo === undefined) return connection === 'live' ? 'sending' : 'waiting';
  const readBy = [...conversation.readBy.values()].filter((seqNo) => seqNo >= (last.seqNo ?? 0)).length;
  // In a group "read" would leave open by whom.
  return conversation.view.type === 'direct' && readBy > 0 ? 'read' : 'sent';
}

export function SentState({ state }: { readonly state: SentStateName }) {
  const isStored = state === 'sent' || state === 'read';
  return (
    <span className="sent-state" data-state={state}>
      {isStored ? <CheckIcon /> : <ClockIcon />}
      {texts[state]}
    </span>
  );
}
