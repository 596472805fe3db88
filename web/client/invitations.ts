import type { DeclineInviteRequest, InviteLinkView } from '../../events/membership-contracts.ts';
import type { ConversationView, InviteView, ServerEvent } from '../../events/server-frames.ts';
import { withPeople } from './chat-state.ts';
import type {
  InviteApi,
  InvitedRole,
  InviteLinkPreview,
  InviteLinkWish,
  NewInviteLink,
} from './invite-api.ts';
import { withInvite, withoutInvite } from './invite-state.ts';
import { ProblemError } from './problem-error.ts';
import type { StateCell } from './state-cell.ts';

export interface InvitationsOptions {
  readonly cell: StateCell;
  readonly api: InviteApi;
  readonly show: (views: readonly ConversationView[]) => void;
}

/**
 * Invitations to this person (in the state: `pendingInvites`), those that they send, and links that let their holders in.
 * Everything throws ProblemError (`invite.not_found`: it is over) or UnreachableError.
 */
export class Invitations {
  readonly #cell: StateCell;
  readonly #api: InviteApi;
  readonly #show: InvitationsOptions['show'];

  constructor({ cell, api, show }: InvitationsOptions) {
    this.#cell = cell;
    this.#api = api;
    this.#show = show;
  }

  /** Comes in: from then on the conversation is one of the others. */
  async accept(convoId: string): Promise<void> {
    const view = await this.#answering(convoId, this.#api.accept(convoId));
    this.#end(convoId, 'accepted');
    this.#show([view]);
  }

  /** `block`: and block whoever invited; `report`: and report them. */
  async decline(
    convoId: string,
    { block = false, report }: Partial<DeclineInviteRequest> = {},
  ): Promise<void> {
    await this.#answering(convoId, this.#api.decline(convoId, { block, ...(report && { report }) }));
    this.#end(convoId, 'declined');
  }

  invite(convoId: string, userId: string, role?: InvitedRole): Promise<InviteView> {
    return this.#api.invite(convoId, userId, role);
  }

  /** The open invitations of a conversation. */
  sent(convoId: string): Promise<InviteView[]> {
    return this.#api.sent(convoId);
  }

  withdraw(convoId: string, userId: string): Promise<void> {
    return this.#api.withdraw(convoId, userId);
  }

  /** The token that it answers is shown this once. */
  createLink(convoId: string, wish: InviteLinkWish = {}): Promise<NewInviteLink> {
    return this.#api.createLink(convoId, wish);
  }

  links(convoId: string): Promise<InviteLinkView[]> {
    return this.#api.links(convoId);
  }

  removeLink(convoId: string, linkId: string): Promise<void> {
    return this.#api.removeLink(convoId, linkId);
  }

  /** What a link leads to. */
  preview(token: string): Promise<InviteLinkPreview> {
    return this.#api.preview(token);
  }

  /** Comes in by a link. Answers the id of the conversation. */
  async acceptLink(token: string): Promise<string> {
    const view = await this.#api.acceptLink(token);
    this.#show([view]);
    return view.convo_id;
  }

  handle(event: ServerEvent): void {
    if (event.type !== 'invite.update') return;
    const { invites, people } = this.#cell.current;
    this.#cell.set({
      invites: withInvite(invites, event.invite),
      people: withPeople(people, [event.invite.invited_by]),
    });
  }

  /** A sync told of these, and of no others: whatever else was pending is over. */
  heardAll(convoIds: ReadonlySet<string>): void {
    const { invites } = this.#cell.current;
    const left = [...invites].filter(([convoId, { state }]) => state !== 'pending' || convoIds.has(convoId));
    if (left.length < invites.size) this.#cell.set({ invites: new Map(left) });
  }

  /** An answer that comes too late tells that the invitation is over. */
  async #answering<T>(convoId: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'invite.not_found') this.#end(convoId, 'withdrawn');
      throw error;
    }
  }

  #end(convoId: string, state: 'accepted' | 'declined' | 'withdrawn'): void {
    this.#cell.set({ invites: withoutInvite(this.#cell.current.invites, convoId, state) });
  }
}
