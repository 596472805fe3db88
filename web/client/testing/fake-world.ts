import type { MessageChangeFrame } from '../../../events/client-frames.ts';
import type { MessageView } from '../../../events/http-contracts.ts';
import type { UpdateConversationRequest } from '../../../events/membership-contracts.ts';
import type {
  ConversationView,
  InviteView,
  MessageAck,
  PersonView,
  PresenceUpdate,
  Role,
  ServerEvent,
  SystemNotice,
} from '../../../events/server-frames.ts';
import type { FakeConversation } from './fake-conversation.ts';
import type { FakeChange, FakeLeaving } from './fake-members.ts';

export interface FakeWorldOptions {
  now(): number;
  /** A new id that begins so. */
  next(prefix: string): string;
  person(userId: string): PersonView;
  /** To all sockets of this person, as one frame. */
  push(userId: string, events: ServerEvent[]): void;
  /** To the sockets that watch this person. */
  pushPresence(update: PresenceUpdate): void;
}

/** Conversations, invitations, notices and presence of the fake server: what tests do to them, everybody concerned hears. */
export class FakeWorld {
  readonly conversations = new Map<string, FakeConversation>();
  readonly invites: InviteView[] = [];
  /** Person → their notices. */
  readonly notices = new Map<string, Map<string, SystemNotice>>();
  readonly presence = new Map<string, PresenceUpdate>();
  readonly #options: FakeWorldOptions;

  constructor(options: FakeWorldOptions) {
    this.#options = options;
  }

  conversation(convoId: string): FakeConversation {
    const conversation = this.conversations.get(convoId);
    if (conversation === undefined) throw new Error(`no conversation ${convoId}`);
    return conversation;
  }

  time(): string {
    return new Date(this.#options.now()).toISOString();
  }

  post(convoId: string, senderId: string, clientMsgId: string, said: Partial<MessageView>): MessageView {
    const conversation = this.conversation(convoId);
    const events = conversation.add({
      convo_id: convoId,
      server_msg_id: this.#options.next('m'),
      seq_no: conversation.messages.length + 1,
      sender_id: senderId,
      client_msg_id: clientMsgId,
      content: '',
      created_at: this.time(),
      ...said,
    });
    this.#tellMembers(conversation, events);
    const stored = conversation.messages.at(-1);
    if (stored === undefined) throw new Error('nothing was stored');
    return stored;
  }

  change(userId: string, frame: MessageChangeFrame): MessageAck {
    const conversation = this.conversation(frame.convo_id);
    const { ack, update } = conversation.change(userId, frame, this.time());
    if (update !== undefined) this.#tellMembers(conversation, [update]);
    return ack;
  }

  /** Each field that is named is a change of its own. */
  update(actorId: string, convoId: string, { archived, ...fields }: UpdateConversationRequest): void {
    const { people } = this.conversation(convoId);
    const archivedAt = archived === undefined ? {} : { archived_at: archived ? this.time() : null };
    for (const [name, value] of Object.entries({ ...fields, ...archivedAt }))
      if (value !== undefined) this.#apply(convoId, actorId, () => people.set({ [name]: value }));
  }

  /** Adds somebody, or gives a member another role. */
  putMember(actorId: string, convoId: string, userId: string, role?: Role): void {
    const { people, messages } = this.conversation(convoId);
    const known = people.roles.get(userId);
    if (known !== undefined && (role === undefined || role === known)) return;
    const code = actorId === userId ? 'member.joined' : 'member.added';
    this.#apply(convoId, actorId, () =>
      known === undefined
        ? people.join(userId, role ?? 'member', code, messages.length)
        : people.setRole(userId, role ?? known),
    );
  }

  removeMember(actorId: string, convoId: string, userId: string, state?: FakeLeaving['state']): void {
    const { people, messages, rev } = this.conversation(convoId);
    if (!people.roles.has(userId)) return;
    const how = state ?? (actorId === userId ? 'left' : 'removed');
    this.#apply(convoId, actorId, () => people.leave(userId, how, messages.length + 1, rev));
  }

  invite(inviterId: string, convoId: string, userId: string, role: Role = 'member'): InviteView {
    const { people } = this.conversation(convoId);
    const invite: InviteView = {
      convo_id: convoId,
      type: people.type === 'room' ? 'room' : 'group',
      title: people.settings.title,
      topic: people.settings.topic,
      member_count: people.ids.length,
      user_id: userId,
      role,
      invited_by: this.#options.person(inviterId),
      created_at: this.time(),
      state: 'pending',
    };
    this.invites.push(invite);
    this.#options.push(userId, [{ type: 'invite.update', invite }]);
    return invite;
  }

  /** False if there is no open invitation. */
  endInvite(convoId: string, userId: string, state: 'accepted' | 'declined' | 'withdrawn'): boolean {
    const invite = this.invites.find((one) => one.convo_id === convoId && one.user_id === userId);
    if (invite === undefined) return false;
    this.invites.splice(this.invites.indexOf(invite), 1);
    this.#options.push(userId, [{ type: 'invite.update', invite: { ...invite, state } }]);
    return true;
  }

  publishNotice(userId: string, notice: Partial<SystemNotice> = {}): SystemNotice {
    const published: SystemNotice = {
      type: 'system.notice',
      code: 'notice.text',
      params: {},
      severity: 'info',
      notice_id: this.#options.next('notice'),
      created_at: this.time(),
      ...notice,
    };
    const own = this.notices.get(userId) ?? new Map<string, SystemNotice>();
    if (published.notice_id !== undefined) own.set(published.notice_id, published);
    this.notices.set(userId, own);
    this.#options.push(userId, [published]);
    return published;
  }

  /** Dismissed on some device, or taken back. */
  dropNotice(userId: string, noticeId: string): void {
    this.notices.get(userId)?.delete(noticeId);
    this.#options.push(userId, [{ type: 'notice.dismissed', notice_id: noticeId }]);
  }

  setPresence(userId: string, changes: Partial<PresenceUpdate>): void {
    const before = this.presenceOf(userId);
    const update = { ...before, ...changes, version: (before.version ?? 0) + 1 };
    this.presence.set(userId, update);
    this.#options.pushPresence(update);
  }

  presenceOf(userId: string): PresenceUpdate {
    const unknown = { status: 'offline', last_seen: null } as const;
    return this.presence.get(userId) ?? { type: 'presence.update', user_id: userId, ...unknown };
  }

  /** The conversations that somebody is in. */
  views(userId: string): ConversationView[] {
    const mine = [...this.conversations.values()].filter(({ people }) => people.roles.has(userId));
    return mine.map(({ convoId }) => this.view(convoId, userId));
  }

  view(convoId: string, userId: string): ConversationView {
    const conversation = this.conversation(convoId);
    const { people, reads, rev } = conversation;
    const left = people.left.get(userId);
    const { from, until } = conversation.window(userId);
    const last = conversation.visibleTo(userId).at(-1);
    const readSeq = Math.max(from, Math.min(reads.get(userId) ?? 0, until));
    const shown = left === undefined ? people.ids : [];
    return {
      convo_id: convoId,
      type: people.type,
      ...people.settings,
      ...(left && { title: left.title, topic: null }),
      created_at: '2026-01-01T00:00:00.000Z',
      member_count: shown.length,
      members: shown.slice(0, 6).map((id) => this.#options.person(id)),
      version: left?.version ?? people.version,
      seq: until,
      rev: left?.rev ?? rev,
      capabilities: people.capabilitiesOf(userId),
      role: people.roles.get(userId) ?? 'member',
      state: left?.state ?? 'member',
      from_seq: from,
      muted_until: people.muted.get(userId) ?? null,
      read_seq: readSeq,
      unread: until - readSeq,
      last_message: last === undefined ? null : { ...last, preview: last.content },
    };
  }

  /** Makes a change with its line, and tells everybody what they have to know of it. */
  #apply(convoId: string, actorId: string, make: () => FakeChange): void {
    const conversation = this.conversation(convoId);
    const { line, about } = make();
    const { people } = conversation;
    const id = this.#options.next('line');
    const lines = conversation.add({
      convo_id: convoId,
      server_msg_id: id,
      seq_no: conversation.messages.length + 1,
      sender_id: actorId,
      client_msg_id: id,
      content: '',
      created_at: this.time(),
      system: line,
    });
    const member_count = people.ids.length;
    const { version, settings } = people;
    const details: ServerEvent = {
      type: 'conversation.details',
      convo_id: convoId,
      ...settings,
      member_count,
      version,
    };
    const updates: ServerEvent[] =
      about === undefined
        ? []
        : [
            {
              type: 'member.update',
              convo_id: convoId,
              user_id: about.userId,
              person: this.#options.person(about.userId),
              role: about.role,
              state: about.state,
              member_count,
              version,
            },
          ];
    for (const id of people.ids) {
      const own = id === about?.userId ? [this.#viewEvent(convoId, id)] : [];
      this.#options.push(id, [...own, ...lines, details, ...updates]);
    }
    if (about !== undefined && about.state !== 'member')
      this.#options.push(about.userId, [...lines, ...updates, this.#viewEvent(convoId, about.userId)]);
  }

  #viewEvent(convoId: string, userId: string): ServerEvent {
    return { type: 'conversation.update', conversation: this.view(convoId, userId) };
  }

  #tellMembers(conversation: FakeConversation, events: ServerEvent[]): void {
    for (const id of conversation.members) this.#options.push(id, events);
  }
}
