import type { ConversationView } from '../../events/server-frames.ts';

type Rights = Pick<ConversationView, 'type' | 'state' | 'archived_at' | 'posting' | 'capabilities'>;

/** Whether messages can be reacted to; what goes beyond it, the capabilities say. */
export function mayReact(view: Rights): boolean {
  return isOpen(view) && !isSilenced(view);
}

/** Whether somebody may take back what they said themselves. Where a block silences the two they still may. */
export function mayTakeBack(view: Rights): boolean {
  return isOpen(view);
}

/** Why nobody, or not this person, can write here, in words. Undefined where they can. */
export function whyNoWriting(view: Rights): string | undefined {
  if (view.state === 'left') return 'You left this conversation.';
  if (view.state === 'removed') return 'You were removed from this conversation.';
  if (view.state === 'banned') return 'You were banned from this conversation.';
  if (view.archived_at !== null) return 'This conversation is archived. Nobody can write in it.';
  if (view.capabilities.includes('message.send')) return undefined;
  if (view.type === 'direct') return 'Neither of you can write here: one of you has blocked the other.';
  return view.posting === 'admins' ? 'Only admins can write here.' : 'You cannot write here.';
}

function isOpen({ state, archived_at: archivedAt }: Rights): boolean {
  return state === 'member' && archivedAt === null;
}

function isSilenced({ type, capabilities }: Rights): boolean {
  return type === 'direct' && !capabilities.includes('message.send');
}
