/** The routes about who is in a conversation and what it is called, one function each. All throw as HttpClient says. */
import type * as z from 'zod/mini';
import type {
  BanRequest,
  bansResponse,
  memberView,
  RoomView,
  UpdateConversationRequest,
} from '../../events/membership-contracts.ts';
import * as contracts from '../../events/membership-contracts.ts';
import type { ConversationView, Role } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import { createCaller, pathOf } from './caller.ts';
import type { HttpClient } from './http-client.ts';

export type MembershipApi = ReturnType<typeof createMembershipApi>;

export type MemberView = z.infer<typeof memberView>;
export type BanView = z.infer<typeof bansResponse>['bans'][number];

/** A page of the directory, and where the next one begins. */
export interface RoomsPage {
  readonly rooms: readonly RoomView[];
  readonly cursor: string | undefined;
}

export function createMembershipApi(http: HttpClient) {
  const { ask, call } = createCaller(http);
  const of = (convoId: string, ...parts: string[]) => pathOf('conversations', convoId, ...parts);
  const view = (method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
    ask<ConversationView>(method, path, contracts.conversationAnswer, { body });

  return {
    update: (convoId: string, changes: UpdateConversationRequest): Promise<ConversationView> =>
      view('PATCH', of(convoId), changes),
    /** All members with their roles, page by page. */
    async members(convoId: string): Promise<MemberView[]> {
      const all: MemberView[] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: limits.membersPageMax, cursor };
        const path = of(convoId, 'members');
        const page: z.infer<typeof contracts.membersResponse> = await ask(
          'GET',
          path,
          contracts.membersResponse,
          { query },
        );
        all.push(...page.members);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
    /** Adds somebody, or gives a member this role. */
    putMember: (convoId: string, userId: string, role?: Role): Promise<MemberView> =>
      ask('PUT', of(convoId, 'members', userId), contracts.memberView, { body: { role } }),
    removeMember: (convoId: string, userId: string): Promise<void> =>
      call('DELETE', of(convoId, 'members', userId)),
    join: (convoId: string): Promise<ConversationView> => view('POST', of(convoId, 'join')),
    leave: (convoId: string): Promise<void> => call('POST', of(convoId, 'leave')),
    async bans(convoId: string): Promise<BanView[]> {
      return (await ask('GET', of(convoId, 'bans'), contracts.bansResponse)).bans;
    },
    ban: (convoId: string, userId: string, ban: BanRequest): Promise<void> =>
      call('PUT', of(convoId, 'bans', userId), { body: ban }),
    unban: (convoId: string, userId: string): Promise<void> => call('DELETE', of(convoId, 'bans', userId)),
    /** Null: until it is taken back. */
    mute: (convoId: string, until: string | null): Promise<ConversationView> =>
      view('PUT', of(convoId, 'mute'), { until }),
    unmute: (convoId: string): Promise<ConversationView> => view('DELETE', of(convoId, 'mute')),
    async rooms(query: string, cursor?: string, signal?: AbortSignal): Promise<RoomsPage> {
      const text = query.trim();
      const page = await ask('GET', '/rooms', contracts.roomsResponse, {
        query: { ...(text !== '' && { query: text }), cursor, limit: limits.roomsPageMax },
        signal,
      });
      return { rooms: page.rooms, cursor: page.next_cursor ?? undefined };
    },
  };
}
