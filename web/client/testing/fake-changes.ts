/** What changes of messages do on the fake server. */
import type { MessageChangeFrame } from '../../../events/client-frames.ts';
import type { MessageView } from '../../../events/http-contracts.ts';
import type { MessageAck } from '../../../events/server-frames.ts';

/** Why the server refuses this change, if it does. */
export function refusalOf(
  message: MessageView | undefined,
  userId: string,
  frame: MessageChangeFrame,
): string | undefined {
  if (message === undefined) return 'message.not_found';
  if (frame.action === 'message.delete' || frame.action === 'message.edit') {
    if (message.sender_id !== userId) return 'message.forbidden';
  }
  return message.deleted_at !== undefined && frame.action !== 'message.delete'
    ? 'message.not_found'
    : undefined;
}

export function rejected(frame: MessageChangeFrame, code: string): MessageAck {
  const { convo_id, client_msg_id } = frame;
  return {
    type: 'message.ack',
    convo_id,
    client_msg_id,
    status: 'rejected',
    error: { code, detail: 'refused' },
  };
}

/** The message after this change; the same one if nothing differs. */
export function changedMessage(
  message: MessageView,
  userId: string,
  frame: MessageChangeFrame,
  at: string,
): MessageView {
  switch (frame.action) {
    case 'message.edit':
      return frame.content === message.content
        ? message
        : { ...message, content: frame.content, edited_at: at };
    case 'message.delete': {
      if (message.deleted_at !== undefined) return message;
      const { reactions: _r, pinned: _p, mentions: _m, reply_to: _t, ...others } = message;
      const { edited_at: _e, forwarded: _f, ...rest } = others;
      return { ...rest, content: '', deleted_at: at };
    }
    case 'message.pin':
      return { ...message, pinned: true };
    case 'message.unpin': {
      const { pinned: _pinned, ...rest } = message;
      return rest;
    }
    case 'reaction.add':
      return withReactors(message, frame.emoji, (users) => [...new Set([...users, userId])]);
    case 'reaction.remove':
      return withReactors(message, frame.emoji, (users) => users.filter((other) => other !== userId));
  }
}

function withReactors(message: MessageView, emoji: string, step: (users: string[]) => string[]): MessageView {
  const byEmoji = new Map((message.reactions ?? []).map((each) => [each.emoji, each.user_ids]));
  byEmoji.set(emoji, step(byEmoji.get(emoji) ?? []));
  const reactions = [...byEmoji].flatMap(([text, users]) =>
    users.length === 0 ? [] : [{ emoji: text, count: users.length, user_ids: users }],
  );
  const { reactions: _before, ...rest } = message;
  return reactions.length === 0 ? rest : { ...rest, reactions };
}
