/** What a conversation is called and who is in it, as pure steps over the events that tell of it. */
import type { ConversationDetails, MemberUpdate, PersonView, Role } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import type { ConversationState } from './conversation-state.ts';
import { heardVersion, isStale, withLine, withVersion, withWanted } from './freshness.ts';
import type { MemberView } from './membership-api.ts';

/** All members of a conversation; loaded when somebody asks for them, and kept up to date from then on. */
export interface Roster {
  readonly members: ReadonlyMap<string, { readonly person: PersonView; readonly role: Role }>;
  /** Everything up to this version of the conversation is in it. */
  readonly version: number;
}

/** Takes what is the same for all members. */
export function withDetails(state: ConversationState, event: ConversationDetails): ConversationState {
  const { type: _type, convo_id: _convoId, ...details } = event;
  const next = heard(state, event.version);
  if (event.version < state.view.version || event.version <= state.freshness.viewVersion) return next;
  const { view } = state;
  const saysWhatOneMayDo =
    view.type === 'direct' ||
    view.posting !== event.posting ||
    (view.archived_at === null) !== (event.archived_at === null);
  return {
    ...next,
    view: { ...view, ...details },
    freshness: saysWhatOneMayDo ? withWanted(next.freshness, event.version) : next.freshness,
  };
}

/** Takes that somebody came, went, or has another role. */
export function withMember(state: ConversationState, event: MemberUpdate, myId: string): ConversationState {
  const { user_id: userId, version } = event;
  if (version <= state.freshness.viewVersion && version <= (state.roster?.version ?? version)) return state;
  if (version < (state.memberVersions.get(userId) ?? 0)) return heard(state, version);
  const next = withRosterUpdate(heard(state, version), event);
  const known = { ...next, memberVersions: new Map(state.memberVersions).set(userId, version) };
  if (version <= state.freshness.viewVersion) return known;
  const shown = withShown(known, event);
  if (userId !== myId) return shown;
  const isIn = event.state === 'member';
  const { view } = shown;
  const own = { state: event.state, role: event.role, ...(!isIn && { capabilities: [] }) };
  // Every view that was taken is older: what one may do now, and see, only the next one says.
  const freshness = withWanted(shown.freshness, version);
  return { ...shown, view: { ...view, ...own }, freshness, ...(!isIn && { roster: undefined }) };
}

/** Takes all members, asked for when the conversation had this version. */
export function withRoster(
  state: ConversationState,
  members: readonly MemberView[],
  version: number,
): ConversationState {
  const byId = new Map(members.map(({ person, role }) => [person.user_id, { person, role }]));
  return { ...state, roster: { members: byId, version } };
}

/** Somebody came or went, and nobody told the roster: it has to be loaded again. */
export function isRosterStale({ roster, freshness }: ConversationState): boolean {
  return roster !== undefined && roster.version < heardVersion(freshness);
}

/** A line of the timeline tells of a change; the change itself comes beside it, or has to be asked for. */
export function withLines(
  state: ConversationState,
  messages: readonly { readonly seq_no: number; readonly system?: unknown }[],
): ConversationState {
  const lines = messages.filter(({ system }) => system !== undefined);
  const freshness = lines.reduce((next, { seq_no }) => withLine(next, seq_no), state.freshness);
  return freshness === state.freshness ? state : { ...state, freshness };
}

/** Whether the server should be asked what the conversation is. */
export function needsView(state: ConversationState): boolean {
  return isStale(state.freshness) || isRosterStale(state);
}

/** A roster that was complete stays so, while the versions come one after the other. */
function heard(state: ConversationState, version: number): ConversationState {
  const freshness = withVersion(state.freshness, version);
  if (freshness === state.freshness) return state;
  const { roster } = state;
  const isComplete = roster !== undefined && roster.version === state.freshness.version;
  return { ...state, freshness, ...(isComplete && { roster: { ...roster, version: freshness.version } }) };
}

function withRosterUpdate(state: ConversationState, event: MemberUpdate): ConversationState {
  if (state.roster === undefined) return state;
  const members = new Map(state.roster.members);
  if (event.state === 'member') members.set(event.user_id, { person: event.person, role: event.role });
  else members.delete(event.user_id);
  return { ...state, roster: { ...state.roster, members } };
}

/**
 * The first few members, as the server chooses them, in the order of coming: when one of them goes, or when news came in
 * another order, only it knows who is shown.
 */
function withShown(state: ConversationState, event: MemberUpdate): ConversationState {
  const isInOrder = event.version <= state.freshness.version;
  const next = withShownInOrder(state, event);
  return isInOrder ? next : { ...next, freshness: withWanted(next.freshness, event.version) };
}

function withShownInOrder(state: ConversationState, event: MemberUpdate): ConversationState {
  const { view } = state;
  const { user_id: userId, person, member_count: memberCount, version } = event;
  const others = view.members.filter((member) => member.user_id !== userId);
  const wasShown = others.length < view.members.length;
  const count = version >= view.version ? memberCount : view.member_count;
  if (event.state === 'member') {
    const isRoom = wasShown || others.length < limits.shownMembersMax;
    const added = view.members.map((member) => (member.user_id === userId ? person : member));
    const members = wasShown ? added : isRoom ? [...others, person] : view.members;
    return { ...state, view: { ...view, members, member_count: count } };
  }
  const hasHidden = wasShown && count > others.length;
  return {
    ...state,
    view: { ...view, members: others, member_count: count },
    typing: state.typing.filter((typist) => typist !== userId),
    freshness: hasHidden ? withWanted(state.freshness, version) : state.freshness,
  };
}
