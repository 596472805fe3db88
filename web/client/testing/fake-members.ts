import type {
  Capability,
  ConversationView,
  MemberState,
  Role,
  SystemMessage,
} from '../../../events/server-frames.ts';

/** How somebody's membership ended. */
export interface FakeLeaving {
  readonly state: Exclude<MemberState, 'member'>;
  readonly seq: number;
  readonly rev: number;
  readonly title: string | null;
  readonly version: number;
}

/** What a change of the membership or of the settings tells. */
export interface FakeChange {
  readonly line: SystemMessage;
  readonly about?: { readonly userId: string; readonly role: Role; readonly state: MemberState };
}

type Settings = Pick<ConversationView, 'title' | 'topic' | 'avatar' | 'archived_at' | 'history' | 'posting'>;

const ofRulers: Capability[] = [
  'message.pin',
  'message.delete_any',
  'mention.all',
  'conversation.edit',
  'conversation.settings',
  'member.add',
  'member.remove',
  'member.ban',
  'invite.create',
  'webhook.manage',
];

/** Who is in a conversation of the fake server and what holds in it. The first member owns it. */
export class FakeMembers {
  readonly type: ConversationView['type'];
  readonly roles = new Map<string, Role>();
  readonly left = new Map<string, FakeLeaving>();
  readonly fromSeqs = new Map<string, number>();
  readonly muted = new Map<string, string>();
  readonly bans = new Set<string>();
  settings: Settings;
  /** Rises with every change. */
  version = 1;

  constructor(type: ConversationView['type'], members: readonly string[]) {
    this.type = type;
    for (const [index, id] of members.entries()) this.roles.set(id, index === 0 ? 'owner' : 'member');
    this.settings = {
      title: type === 'direct' ? null : 'A group',
      topic: null,
      avatar: null,
      archived_at: null,
      history: 'all',
      posting: 'everybody',
    };
  }

  get ids(): readonly string[] {
    return [...this.roles.keys()];
  }

  capabilitiesOf(userId: string): Capability[] {
    const role = this.roles.get(userId);
    if (role === undefined) return [];
    if (this.type === 'direct') return ['message.send', 'message.pin', 'mention.all'];
    const rules = role !== 'member';
    const { archived_at: archivedAt, posting } = this.settings;
    if (archivedAt !== null) return rules ? ['conversation.settings'] : [];
    return [
      ...(rules || posting === 'everybody' ? (['message.send'] as const) : []),
      ...(rules ? ofRulers : []),
      ...(role === 'owner' ? (['role.change'] as const) : []),
    ];
  }

  /** `lastSeq`: the number of the last message before the line that tells of it. */
  join(userId: string, role: Role, code: 'member.joined' | 'member.added', lastSeq: number): FakeChange {
    this.roles.set(userId, role);
    this.left.delete(userId);
    this.fromSeqs.delete(userId);
    if (this.settings.history === 'joined' && lastSeq > 0) this.fromSeqs.set(userId, lastSeq);
    this.version += 1;
    return { line: { code, params: { user_id: userId } }, about: { userId, role, state: 'member' } };
  }

  setRole(userId: string, role: Role): FakeChange {
    this.roles.set(userId, role);
    this.version += 1;
    const line = { code: 'member.role_changed', params: { user_id: userId, role } } as const;
    return { line, about: { userId, role, state: 'member' } };
  }

  /** `lastSeq`: the number of the line that tells of it, the last that they see. */
  leave(userId: string, state: FakeLeaving['state'], lastSeq: number, rev: number): FakeChange {
    this.roles.delete(userId);
    this.version += 1;
    this.left.set(userId, { state, seq: lastSeq, rev, title: this.settings.title, version: this.version });
    const code = `member.${state}` as const;
    return { line: { code, params: { user_id: userId } }, about: { userId, role: 'member', state } };
  }

  /** One field, as a change of its own. */
  set(changes: Partial<Settings>): FakeChange {
    this.settings = { ...this.settings, ...changes };
    this.version += 1;
    return { line: lineOf(changes) };
  }
}

function lineOf(changes: Partial<Settings>): SystemMessage {
  const { title, topic, history, posting, archived_at: archivedAt } = changes;
  if (title !== undefined) return { code: 'conversation.renamed', params: { title } };
  if (topic !== undefined) return { code: 'conversation.topic_changed', params: { topic } };
  if (history !== undefined) return { code: 'conversation.history_changed', params: { history } };
  if (posting !== undefined) return { code: 'conversation.posting_changed', params: { posting } };
  if (archivedAt === null) return { code: 'conversation.unarchived', params: {} };
  if (archivedAt !== undefined) return { code: 'conversation.archived', params: {} };
  return { code: 'conversation.avatar_changed', params: {} };
}
