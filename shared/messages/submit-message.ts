import type { TimelineEvent } from '../../events/change-accepted.ts';
import type { MessageSendFrame } from '../../events/client-frames.ts';
import type { MessageAccepted } from '../../events/message-accepted.ts';
import type { Identity } from '../auth/access-token.ts';
import type { Gate } from '../auth/gate.ts';
import type { Membership } from '../conversations/conversation.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { AppError } from '../errors.ts';
import type { UserAction } from '../limits.ts';
import { type ForwardDeps, forwardedWith } from './forward.ts';
import { type MentionDeps, silentMentions } from './silent-mentions.ts';

/** The FIFO queue in front of the processor: one group per conversation. */
export interface MessageQueue {
  /** Resolves when the event is durable. Throws `unavailable` when it is not. */
  enqueue(event: TimelineEvent): Promise<void>;
}

/** What somebody wants of a conversation's timeline, and what the server knows of the asking. */
export interface Submission<Frame> {
  readonly frame: Frame;
  readonly identity: Identity;
  /** The connection that waits for the ack; empty for who asked over HTTP, and gets none. */
  readonly connectionId: string;
  readonly requestId: string;
  readonly receivedAtMs: number;
}

export interface AdmittedDeps extends MentionDeps {
  readonly conversations: Pick<ConversationStore, 'membership'>;
  readonly queue: MessageQueue;
}

export interface SubmitDeps extends AdmittedDeps {
  readonly gate: Gate;
}

type SendDeps = SubmitDeps & ForwardDeps;
type MessageToSend = Omit<MessageSendFrame, 'action'>;
type InConversation = Pick<MessageSendFrame, 'convo_id'>;

/**
 * Takes a message as far as the queue. It is acknowledged later, by the processor, when it has its sequence number.
 * Throws `auth.session_ended`, `rate_limited`, `conversation.not_found` (foreign and missing alike), `message.not_found` for
 * what cannot be forwarded, or `unavailable`; then nothing was queued.
 */
export async function submitMessage(submission: Submission<MessageToSend>, deps: SendDeps): Promise<void> {
  await admitMember(submission, 'message.send', deps);
  await enqueueMessage(submission, deps);
}

/** The same for who has passed the gate at another door: the HTTP API asks it before every route. */
export async function submitAdmittedMessage(
  submission: Submission<MessageToSend>,
  deps: AdmittedDeps & ForwardDeps,
): Promise<void> {
  assertMember(await membershipOf(submission, deps));
  await enqueueMessage(submission, deps);
}

/** Session, rate limit and membership, asked for at once; who has no session learns nothing of the conversation. */
export async function admitMember(
  submission: Submission<InConversation>,
  action: UserAction,
  deps: SubmitDeps,
): Promise<void> {
  const [, membership] = await Promise.all([
    deps.gate.admit(submission.identity, action),
    membershipOf(submission, deps),
  ]);
  assertMember(membership);
}

function membershipOf({ identity, frame }: Submission<InConversation>, { conversations }: AdmittedDeps) {
  return conversations.membership(identity.userId, frame.convo_id);
}

function assertMember(membership: Membership | undefined): void {
  if (!membership) throw new AppError('conversation.not_found');
}

/** What every event of the queue says of who asked, where and when. */
export function envelopeOf(
  submission: Submission<Pick<MessageSendFrame, 'convo_id' | 'client_msg_id' | 'client_seq'>>,
) {
  const { frame, identity, connectionId, requestId, receivedAtMs } = submission;
  return {
    convo_id: frame.convo_id,
    sender_id: identity.userId,
    session_id: identity.sessionId,
    connection_id: connectionId,
    client_msg_id: frame.client_msg_id,
    ...(frame.client_seq !== undefined && { client_seq: frame.client_seq }),
    accepted_at_ms: receivedAtMs,
    request_id: requestId,
  };
}

/** What it names is read only now: who may not send learns nothing of it, and costs no reads. */
async function enqueueMessage(
  submission: Submission<MessageToSend>,
  deps: AdmittedDeps & ForwardDeps,
): Promise<void> {
  const [silent, forwarded] = await Promise.all([
    silentMentions(submission, deps),
    forwardedWith(submission.identity.userId, submission.frame, deps),
  ]);
  await deps.queue.enqueue({ ...messageEvent(submission), ...silent, ...forwarded });
}

function messageEvent(submission: Submission<MessageToSend>): MessageAccepted {
  const { content, reply_to: replyTo, mentions = [], thread } = submission.frame;
  return {
    name: 'message.accepted',
    version: 1,
    ...envelopeOf(submission),
    content,
    ...(typeof replyTo === 'number' && { reply_to: replyTo }),
    ...(mentions.length > 0 && { mentions }),
    ...(typeof thread === 'number' && { thread }),
  };
}
