import type { BanRequest, UpdateConversationRequest } from '../../events/membership-contracts.ts';
import type { ConversationView, Role, ServerEvent } from '../../events/server-frames.ts';
import type { Api } from './api.ts';
import { withPeople } from './chat-state.ts';
import type { BanView, MembershipApi, RoomsPage } from './membership-api.ts';
import { isRosterStale, withDetails, withMember, withRoster } from './membership-state.ts';
import type { StateCell } from './state-cell.ts';

/** While members come and go faster than pages can be read, the rest is left to the next attempt. */
const rosterAttemptsMax = 3;

export interface MembershipsOptions {
  readonly cell: StateCell;
  readonly api: Pick<Api, 'membership' | 'conversation'>;
  show(views: readonly ConversationView[]): void;
  /** What is known of it has changed. */
  onNews(convoId: string): void;
}

/**
 * Who is in a conversation, what it is called, what holds in it; rooms, bans and muting. Everything throws ProblemError
 * (`conversation.forbidden`, …) or UnreachableError, and what was changed is shown before it resolves. What somebody may
 * do is in `view.capabilities`: offer nothing else.
 */
export class Memberships {
  readonly #options: MembershipsOptions;
  readonly #cell: StateCell;
  readonly #api: MembershipApi;
  readonly #loading = new Map<string, Promise<void>>();

  constructor(options: MembershipsOptions) {
    this.#options = options;
    this.#cell = options.cell;
    this.#api = options.api.membership;
  }

  /** Title, topic, avatar, or a setting. Null removes; what is left out stays. */
  async update(convoId: string, changes: UpdateConversationRequest): Promise<void> {
    this.#options.show([await this.#api.update(convoId, changes)]);
  }

  /** All members with their roles, into `roster`, where they are kept up to date from then on. */
  load(convoId: string): Promise<void> {
    const loading = this.#loading.get(convoId) ?? this.#load(convoId);
    this.#loading.set(convoId, loading);
    return loading.finally(() => this.#loading.delete(convoId));
  }

  /** Nobody looks at the members any more. */
  forget(convoId: string): void {
    this.#cell.update(convoId, (state) => (state.roster ? { ...state, roster: undefined } : state));
  }

  /** Loads them again if they were loaded, and something of them was missed. */
  async reload(convoId: string): Promise<void> {
    const state = this.#cell.conversation(convoId);
    if (state !== undefined && isRosterStale(state)) await this.load(convoId);
  }

  /** Without a role a newcomer is a member, and whoever is in already stays what they are. */
  async add(convoId: string, userId: string, role?: Role): Promise<void> {
    await this.#api.putMember(convoId, userId, role);
  }

  async setRole(convoId: string, userId: string, role: Role): Promise<void> {
    await this.#api.putMember(convoId, userId, role);
  }

  remove(convoId: string, userId: string): Promise<void> {
    return this.#api.removeMember(convoId, userId);
  }

  /** Comes into a public room. */
  async join(convoId: string): Promise<void> {
    this.#options.show([await this.#api.join(convoId)]);
  }

  /** What was said until now stays readable. `conversation.last_owner`: somebody else has to own it first. */
  async leave(convoId: string): Promise<void> {
    await this.#api.leave(convoId);
    this.#options.show([await this.#options.api.conversation(convoId)]);
  }

  bans(convoId: string): Promise<BanView[]> {
    return this.#api.bans(convoId);
  }

  /** Removes somebody and keeps them out: for good, or until then. */
  ban(convoId: string, userId: string, ban: BanRequest = {}): Promise<void> {
    return this.#api.ban(convoId, userId, ban);
  }

  unban(convoId: string, userId: string): Promise<void> {
    return this.#api.unban(convoId, userId);
  }

  /** No notifications from it until then (ISO 8601); null: until `unmute`. */
  async mute(convoId: string, until: string | null): Promise<void> {
    this.#options.show([await this.#api.mute(convoId, until)]);
  }

  async unmute(convoId: string): Promise<void> {
    this.#options.show([await this.#api.unmute(convoId)]);
  }

  /** The directory of public rooms: a page of those with a word in their title that begins so, or of all. */
  rooms(query: string, cursor?: string, signal?: AbortSignal): Promise<RoomsPage> {
    return this.#api.rooms(query, cursor, signal);
  }

  handle(event: ServerEvent): void {
    if (event.type === 'conversation.details') {
      this.#cell.update(event.convo_id, (state) => withDetails(state, event));
    } else if (event.type === 'member.update') {
      this.#cell.set({ people: withPeople(this.#cell.current.people, [event.person]) });
      this.#cell.update(event.convo_id, (state) => withMember(state, event, this.#cell.myId));
    } else return;
    this.#options.onNews(event.convo_id);
  }

  async #load(convoId: string): Promise<void> {
    for (let attempt = 1; attempt <= rosterAttemptsMax; attempt += 1) {
      const version = this.#cell.conversation(convoId)?.freshness.version ?? 0;
      const members = await this.#api.members(convoId);
      const people = members.map(({ person }) => person);
      this.#cell.set({ people: withPeople(this.#cell.current.people, people) });
      this.#cell.update(convoId, (state) => withRoster(state, members, version));
      const state = this.#cell.conversation(convoId);
      if (state === undefined || !isRosterStale(state)) return;
    }
  }
}
