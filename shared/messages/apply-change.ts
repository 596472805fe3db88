import type { MessageChange } from '../../events/change-accepted.ts';
import type { ErrorCode } from '../errors.ts';
import { limits } from '../limits.ts';
import { type FormerText, fits, type Message, type Reaction } from './message.ts';

/** Who asks for a change, and what they may do in this conversation. */
export interface Actor {
  readonly userId: string;
  readonly maySend: boolean;
  /** Delete what others wrote. */
  readonly mayModerate: boolean;
  readonly mayPin: boolean;
  /** Whom they may mention. */
  readonly mayMention: (mention: string) => boolean;
}

/** What a change meets beside its message. */
export interface ChangeContext {
  readonly actor: Actor;
  /** When it happens, as ISO 8601. */
  readonly at: string;
  /** How many messages of the conversation are pinned. */
  readonly pinned: number;
}

type Change<Kind extends MessageChange['kind']> = Extract<MessageChange, { kind: Kind }>;

/**
 * A message after a change; the very same object when it was like that already; or the code of why it may not be. A
 * message that is not there, or no more, cannot be changed; only its deletion can be repeated.
 */
export function applyChange(
  message: Message | undefined,
  change: MessageChange,
  context: ChangeContext,
): Message | ErrorCode {
  if (!message) return 'message.not_found';
  if (change.kind === 'delete') return erase(message, context);
  if (message.deletedAt !== undefined) return 'message.not_found';
  switch (change.kind) {
    case 'edit':
      return edit(message, change, context);
    case 'react':
      return react(message, change, context);
    case 'unreact':
      return unreact(message, change, context);
    case 'pin':
      return pin(message, context);
    case 'unpin':
      return unpin(message, context);
  }
}

/**
 * An edit gives the whole text with its mentions: without any, there are none any more. Whoever has a block between them and
 * the sender is not mentioned, and nobody is told.
 */
function edit(message: Message, change: Change<'edit'>, { actor, at }: ChangeContext): Message | ErrorCode {
  if (message.senderId !== actor.userId || message.system) return 'message.forbidden';
  if (!actor.maySend) return 'conversation.forbidden';
  if (!fits(change.content, message.forwarded)) return 'message.content_invalid';
  const named = [...new Set(change.mentions)];
  if (!named.every(actor.mayMention)) return 'message.mention_invalid';
  const mentions = named.filter((one) => !change.silent_mentions?.includes(one));
  const { mentions: before = [], ...rest } = message;
  const same = message.content === change.content && before.join() === mentions.join();
  if (same) return message;
  return { ...rest, content: change.content, editedAt: at, ...(mentions.length > 0 && { mentions }) };
}

/** Nothing stays but the place: not what it said or forwarded, nor whom it answered, nor what others thought of it. */
function erase(message: Message, { actor, at }: ChangeContext): Message | ErrorCode {
  if (message.system || (message.senderId !== actor.userId && !actor.mayModerate)) return 'message.forbidden';
  if (message.deletedAt !== undefined) return message;
  const { convoId, seq, serverMsgId, senderId, clientMsgId, createdAt, thread, threadSeq, replies } = message;
  return {
    convoId,
    seq,
    serverMsgId,
    senderId,
    clientMsgId,
    createdAt,
    content: '',
    deletedAt: at,
    // Its place in a thread is a place, and what others wrote in its own is theirs.
    ...(thread !== undefined && { thread }),
    ...(threadSeq !== undefined && { threadSeq }),
    ...(replies && { replies }),
  };
}

function react(
  message: Message,
  { emoji }: Change<'react'>,
  { actor: { userId } }: ChangeContext,
): Message | ErrorCode {
  const { reactions = [] } = message;
  const there = reactions.find((reaction) => reaction.emoji === emoji);
  if (there?.userIds.includes(userId)) return message;
  const total = reactions.reduce((sum, { userIds }) => sum + userIds.length, 0);
  const isFull = total >= limits.reactionsMax || (!there && reactions.length >= limits.reactionKindsMax);
  if (isFull) return 'message.reactions_full';
  const after = there
    ? reactions.map((one) => (one === there ? { emoji, userIds: [...one.userIds, userId] } : one))
    : [...reactions, { emoji, userIds: [userId] }];
  return { ...message, reactions: after };
}

function unreact(
  message: Message,
  { emoji }: Change<'unreact'>,
  { actor: { userId } }: ChangeContext,
): Message {
  const { reactions = [], ...rest } = message;
  const has = (one: Reaction) => one.emoji === emoji && one.userIds.includes(userId);
  if (!reactions.some(has)) return message;
  const after = reactions
    .map((one) => (has(one) ? { emoji, userIds: one.userIds.filter((id) => id !== userId) } : one))
    .filter(({ userIds }) => userIds.length > 0);
  return after.length > 0 ? { ...rest, reactions: after } : rest;
}

function pin(message: Message, { actor, pinned }: ChangeContext): Message | ErrorCode {
  if (!actor.mayPin) return 'message.forbidden';
  if (message.pinned) return message;
  return pinned >= limits.pinsMax ? 'message.pins_full' : { ...message, pinned: true };
}

function unpin(message: Message, { actor }: ChangeContext): Message | ErrorCode {
  if (!actor.mayPin) return 'message.forbidden';
  if (!message.pinned) return message;
  const { pinned: _, ...rest } = message;
  return rest;
}

/** The former texts of a message after a change of it: an edit adds one, deletion takes them all. The same if nothing. */
export function formerTextsAfter(
  texts: readonly FormerText[],
  before: Message,
  after: Message,
): readonly FormerText[] {
  if (after.deletedAt !== undefined) return texts.length > 0 ? [] : texts;
  if (after.content === before.content) return texts;
  const { editedAt, createdAt, content } = before;
  const until = after.rev !== undefined && { until: after.rev };
  return [...texts, { content, createdAt: editedAt ?? createdAt, ...until }].slice(-limits.versionsMax);
}
