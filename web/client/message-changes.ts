/** What people do to messages that are there already, as plain data and pure steps. */
import * as z from 'zod/mini';
import { emoji, mention } from '../../events/client-frames.ts';
import type { MessageView } from '../../events/http-contracts.ts';

export const messageChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('edit'), content: z.string(), mentions: z.optional(z.array(mention)) }),
  z.object({ kind: z.literal('delete') }),
  z.object({ kind: z.literal('react'), emoji }),
  z.object({ kind: z.literal('unreact'), emoji }),
  z.object({ kind: z.literal('pin') }),
  z.object({ kind: z.literal('unpin') }),
]);
export type MessageChange = z.infer<typeof messageChange>;

/** A change of ours that the server has not confirmed, or has refused. */
export interface PendingChange {
  readonly client_msg_id: string;
  readonly seq_no: number;
  readonly change: MessageChange;
  readonly written_at_ms: number;
  readonly state: 'queued' | 'failed';
  readonly error?: { readonly code: string; readonly detail: string } | undefined;
}

/** A change of ours that the server has made with number `rev`: shown as ours until that number has come. */
export const confirmedChange = z.object({
  client_msg_id: z.string(),
  seq_no: z.int(),
  change: messageChange,
  written_at_ms: z.number(),
  rev: z.int(),
});
export type ConfirmedChange = z.infer<typeof confirmedChange>;

type Reactions = NonNullable<MessageView['reactions']>;

/** The message as it will be once the server has made this change of `myId`. Nothing happens to a deleted one. */
export function withChange(
  message: MessageView,
  { change, written_at_ms: writtenAtMs }: Pick<PendingChange, 'change' | 'written_at_ms'>,
  myId: string,
): MessageView {
  if (message.deleted_at !== undefined) return message;
  const at = new Date(writtenAtMs).toISOString();
  switch (change.kind) {
    case 'edit':
      return { ...message, content: change.content, mentions: change.mentions, edited_at: at };
    case 'delete':
      return { ...bare(message), content: '', deleted_at: at };
    case 'react':
      return { ...message, reactions: withReaction(message.reactions ?? [], change.emoji, myId) };
    case 'unreact':
      return { ...message, reactions: withoutReaction(message.reactions ?? [], change.emoji, myId) };
    case 'pin':
      return { ...message, pinned: true };
    case 'unpin':
      return { ...message, pinned: undefined };
  }
}

/**
 * The newer state of the same message: each change raises its number. The server's own is newer than what was made from
 * an ack.
 */
export function newerMessage<M extends MessageView & { readonly provisional?: true | undefined }>(
  left: M | undefined,
  right: M,
): M {
  if (left === undefined || (right.rev ?? 0) > (left.rev ?? 0)) return right;
  return left.provisional && !right.provisional ? right : left;
}

/** What stays of a message when it is deleted: its place, and the thread that it began. */
function bare(message: MessageView): MessageView {
  const { convo_id, server_msg_id, seq_no, sender_id, client_msg_id, content, created_at, rev } = message;
  const { thread, thread_seq, replies } = message;
  const place = { convo_id, server_msg_id, seq_no, sender_id, client_msg_id, content, created_at, rev };
  return { ...place, thread, thread_seq, replies };
}

function withReaction(reactions: Reactions, emojiText: string, userId: string): Reactions {
  const index = reactions.findIndex((reaction) => reaction.emoji === emojiText);
  if (index < 0) return [...reactions, { emoji: emojiText, count: 1, user_ids: [userId] }];
  return reactions.map((reaction, at) =>
    at !== index || reaction.user_ids.includes(userId)
      ? reaction
      : { ...reaction, count: reaction.count + 1, user_ids: [...reaction.user_ids, userId] },
  );
}

function withoutReaction(reactions: Reactions, emojiText: string, userId: string): Reactions {
  return reactions
    .map((reaction) =>
      reaction.emoji !== emojiText || !reaction.user_ids.includes(userId)
        ? reaction
        : {
            ...reaction,
            count: reaction.count - 1,
            user_ids: reaction.user_ids.filter((other) => other !== userId),
          },
    )
    .filter((reaction) => reaction.count > 0);
}
