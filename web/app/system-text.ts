import type { PersonView, SystemMessage } from '../../events/server-frames.ts';
import { personName } from './names.ts';

interface Names {
  readonly people: ReadonlyMap<string, PersonView>;
  readonly myId: string;
}

type Code = SystemMessage['code'];
type Say = (actor: string, whom: string, params: SystemMessage['params']) => string;

const roles: Readonly<Record<string, string>> = { owner: 'an owner', admin: 'an admin', member: 'a member' };

const texts: Readonly<Record<Code, Say>> = {
  'conversation.renamed': (actor, _whom, { title }) =>
    title
      ? `${actor} renamed the conversation to “${title}”`
      : `${actor} removed the name of the conversation`,
  'conversation.topic_changed': (actor, _whom, { topic }) =>
    topic ? `${actor} changed the topic to “${topic}”` : `${actor} removed the topic`,
  'conversation.avatar_changed': (actor) => `${actor} changed the picture`,
  'conversation.archived': (actor) => `${actor} archived the conversation`,
  'conversation.unarchived': (actor) => `${actor} took the conversation out of the archive`,
  'conversation.history_changed': (actor, _whom, { history }) =>
    history === 'joined'
      ? `${actor} hid earlier messages from newcomers`
      : `${actor} let newcomers see earlier messages`,
  'conversation.posting_changed': (actor, _whom, { posting }) =>
    posting === 'admins' ? `${actor} let only admins write` : `${actor} let everybody write`,
  'member.joined': (_actor, whom) => `${whom} joined`,
  'member.added': (actor, whom) => `${actor} added ${asObject(whom)}`,
  'member.left': (_actor, whom) => `${whom} left`,
  'member.removed': (actor, whom) => `${actor} removed ${asObject(whom)}`,
  'member.banned': (actor, whom) => `${actor} banned ${asObject(whom)}`,
  'member.role_changed': (actor, whom, { role }) =>
    `${actor} made ${asObject(whom)} ${roles[role ?? ''] ?? 'something else'}`,
};

/** Whether this client has words for it. Later versions of the server may have more codes. */
export function isSaid(system: Pick<SystemMessage, 'code'>): boolean {
  return Object.hasOwn(texts, system.code);
}

/** A line of the timeline that nobody wrote, in words; empty for a code that is not known. */
export function systemText(
  { sender_id: actorId, system }: { readonly sender_id: string; readonly system: SystemMessage },
  { people, myId }: Names,
): string {
  if (!isSaid(system)) return '';
  const actor = personName(people, actorId, myId);
  const whom = personName(people, system.params.user_id ?? actorId, myId);
  return texts[system.code](actor, whom, system.params);
}

function asObject(name: string): string {
  return name === 'You' ? 'you' : name;
}
