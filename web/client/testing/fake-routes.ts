import type { MessageView } from '../../../events/http-contracts.ts';
import type { Role } from '../../../events/server-frames.ts';
import { type FakeAnswer, problem } from './fake-answer.ts';
import type { FakeConversation } from './fake-conversation.ts';
import type { FakeWorld } from './fake-world.ts';

export interface FakeRequest {
  /** `METHOD /path`. */
  readonly route: string;
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the client sent; the real server is the one that checks it.
  readonly body: any;
  readonly userId: string;
  readonly person: (userId: string) => unknown;
  readonly changesPageMax: number;
}

const pageDefault = 50;
const notFound = problem(404, 'conversation.not_found');
const noContent: FakeAnswer = [204];

/** The routes of the chat. Undefined for one that is not known. */
export function answerChat(world: FakeWorld, request: FakeRequest): FakeAnswer | undefined {
  const [method = '', path = ''] = request.route.split(' ');
  const [top, first = '', part = '', ...more] = path.slice(1).split('/').map(decodeURIComponent);
  if (top === 'conversations' && first === '')
    return [200, { conversations: world.views(request.userId), next_cursor: null }];
  if (top === 'conversations') {
    const conversation = world.conversations.get(first);
    if (conversation === undefined) return notFound;
    return (
      readAnswer(world, conversation, `${method} ${part}`, more, request) ??
      changeAnswer(world, conversation, `${method} ${part}`, more, request)
    );
  }
  if (top === 'me' && first === 'invites') return inviteAnswer(world, method, part, more, request);
  if (top === 'rooms') return [200, { rooms: rooms(world, request), next_cursor: null }];
  if (top === 'notices') return noticeAnswer(world, method, first, request);
  if (top === 'reports') return [202, { report_id: 'report-1' }];
  return undefined;
}

function readAnswer(
  world: FakeWorld,
  conversation: FakeConversation,
  route: string,
  [seqNo, detail]: string[],
  { userId, query, person, changesPageMax }: FakeRequest,
): FakeAnswer | undefined {
  const { convoId, people, members, reads, deliveries, versions } = conversation;
  if (!people.roles.has(userId) && !people.left.has(userId))
    return route === 'POST join' ? undefined : notFound;
  switch (route) {
    case 'GET ':
      return [200, world.view(convoId, userId)];
    case 'GET messages':
      return detail === 'versions'
        ? [200, { versions: versions.get(Number(seqNo)) ?? [] }]
        : [200, history(conversation, userId, query)];
    case 'GET changes':
      return [200, conversation.changes(userId, Number(query.get('since_rev')), changesPageMax)];
    case 'GET pins':
      return [200, { messages: conversation.visibleTo(userId).filter((message) => message.pinned) }];
    case 'GET receipts': {
      const receipts = members.map((id) => ({
        user_id: id,
        read_seq: reads.get(id) ?? 0,
        delivered_seq: Math.max(reads.get(id) ?? 0, deliveries.get(id) ?? 0),
      }));
      return [200, { receipts }];
    }
    case 'GET members': {
      const all = [...people.roles].map(([id, role]) => ({ person: person(id), role }));
      return [200, { members: all, next_cursor: null }];
    }
    case 'GET bans':
      return [200, { bans: [] }];
    case 'GET threads':
      return seqNo === undefined
        ? [200, threads(conversation, userId)]
        : [200, thread(conversation, userId, Number(seqNo), query)];
    case 'GET invites':
      return [200, { invites: world.invites.filter(({ convo_id }) => convo_id === convoId) }];
    default:
      return undefined;
  }
}

function changeAnswer(
  world: FakeWorld,
  { convoId, people }: FakeConversation,
  route: string,
  [other = '']: string[],
  { userId, body, person }: FakeRequest,
): FakeAnswer | undefined {
  const shown = (): FakeAnswer => [200, world.view(convoId, userId)];
  switch (route) {
    case 'PATCH ':
      if (!people.capabilitiesOf(userId).includes('conversation.edit'))
        return problem(403, 'conversation.forbidden');
      world.update(userId, convoId, body);
      return shown();
    case 'PUT members':
      world.putMember(userId, convoId, other, body.role as Role | undefined);
      return [200, { person: person(other), role: people.roles.get(other) }];
    case 'DELETE members':
      world.removeMember(userId, convoId, other);
      return noContent;
    case 'POST join':
      world.putMember(userId, convoId, userId);
      return shown();
    case 'POST leave':
      if (people.roles.get(userId) === 'owner' && people.ids.length > 1)
        return problem(409, 'conversation.last_owner');
      world.removeMember(userId, convoId, userId);
      return noContent;
    case 'PUT bans':
      people.bans.add(other);
      world.removeMember(userId, convoId, other, 'banned');
      return noContent;
    case 'DELETE bans':
      people.bans.delete(other);
      return noContent;
    case 'PUT mute':
      people.muted.set(userId, body.until ?? '9999-12-31T00:00:00.000Z');
      return shown();
    case 'DELETE mute':
      people.muted.delete(userId);
      return shown();
    case 'POST invites':
      return [201, world.invite(userId, convoId, body.user_id, body.role)];
    case 'DELETE invites':
      world.endInvite(convoId, other, 'withdrawn');
      return noContent;
    default:
      return undefined;
  }
}

function inviteAnswer(
  world: FakeWorld,
  method: string,
  convoId: string,
  [verb]: string[],
  { userId }: FakeRequest,
): FakeAnswer | undefined {
  if (method === 'GET')
    return [200, { invites: world.invites.filter((invite) => invite.user_id === userId) }];
  const invite = world.invites.find((one) => one.convo_id === convoId && one.user_id === userId);
  if (invite === undefined) return problem(404, 'invite.not_found');
  world.endInvite(convoId, userId, verb === 'accept' ? 'accepted' : 'declined');
  if (verb !== 'accept') return noContent;
  world.putMember(userId, convoId, userId, invite.role);
  return [200, world.view(convoId, userId)];
}

function noticeAnswer(world: FakeWorld, method: string, id: string, { userId }: FakeRequest): FakeAnswer {
  const own = world.notices.get(userId);
  if (method === 'GET') return [200, { notices: [...(own?.values() ?? [])] }];
  if (!own?.has(id)) return problem(404, 'notice.not_found');
  world.dropNotice(userId, id);
  return noContent;
}

function rooms(world: FakeWorld, { query, userId }: FakeRequest): unknown[] {
  const wanted = (query.get('query') ?? '').toLowerCase();
  return [...world.conversations.values()]
    .filter(({ people }) => people.type === 'room')
    .map(({ convoId, people }) => ({
      convo_id: convoId,
      title: people.settings.title ?? '',
      topic: people.settings.topic,
      avatar: null,
      member_count: people.ids.length,
      created_at: '2026-01-01T00:00:00.000Z',
      joined: people.roles.has(userId),
    }))
    .filter(({ title }) =>
      title
        .toLowerCase()
        .split(' ')
        .some((word) => word.startsWith(wanted)),
    );
}

function threads(conversation: FakeConversation, userId: string): unknown {
  const roots = conversation.visibleTo(userId).filter(({ replies }) => replies !== undefined);
  return {
    threads: roots.reverse().map((root) => ({ root, ...counts(conversation, userId, root) })),
    has_more: false,
  };
}

function thread(
  conversation: FakeConversation,
  userId: string,
  rootSeq: number,
  query: URLSearchParams,
): unknown {
  const root = conversation.messages[rootSeq - 1];
  if (root === undefined) throw new Error(`no message ${rootSeq}`);
  const all = conversation.thread(rootSeq);
  const limit = Number(query.get('limit') ?? pageDefault);
  const since = query.has('since') ? Number(query.get('since')) : undefined;
  const pool =
    since === undefined ? all.slice(0, Number(query.get('before') ?? Infinity) - 1) : all.slice(since);
  const messages = since === undefined ? pool.slice(-limit) : pool.slice(0, limit);
  return { root, messages, ...counts(conversation, userId, root), has_more: messages.length < pool.length };
}

function counts(conversation: FakeConversation, userId: string, { seq_no, replies }: MessageView) {
  const marks = conversation.marksOf(userId);
  const read = marks.read.get(seq_no) ?? 0;
  const isAllRead = (replies?.last_seq ?? 0) <= marks.seq;
  return { read, unread: isAllRead ? 0 : Math.max(0, (replies?.count ?? 0) - read) };
}

function history(conversation: FakeConversation, userId: string, query: URLSearchParams): unknown {
  const messages = conversation.visibleTo(userId);
  const { until } = conversation.window(userId);
  const limit = Number(query.get('limit') ?? pageDefault);
  if (query.has('since_seq')) {
    const newer = messages.filter(({ seq_no }) => seq_no > Number(query.get('since_seq')));
    const page = newer.slice(0, limit);
    return { messages: page, last_seq: until, has_more: newer.length > page.length };
  }
  if (query.has('around_seq')) {
    const from = Math.max(0, Number(query.get('around_seq')) - 1 - Math.floor(limit / 2));
    const page = messages.slice(from, from + limit);
    return { messages: page, last_seq: until, has_more: page.length < messages.length };
  }
  const older = messages.filter(({ seq_no }) => seq_no < Number(query.get('before_seq') ?? Infinity));
  const page = older.slice(-limit);
  return { messages: page, last_seq: until, has_more: older.length > page.length };
}
