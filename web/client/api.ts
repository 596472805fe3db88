/** The HTTP API of the chat, one function per route that the client uses. All throw as HttpClient says. */
import type * as z from 'zod/mini';
import { type TicketResponse, ticketResponse } from '../../events/account-contracts.ts';
import {
  type ChangesResponse,
  changesResponse,
  conversationsResponse,
  type HistoryResponse,
  historyResponse,
  type MessageView,
  type OpenConversationRequest,
  pinsResponse,
  type ReceiptsResponse,
  receiptsResponse,
  versionsResponse,
} from '../../events/http-contracts.ts';
import { type ConversationView, conversationView, type PersonView } from '../../events/server-frames.ts';
import { personResponse, usersResponse } from '../../events/user-contracts.ts';
import { limits } from '../../shared/limits.ts';
import { createCaller, pathOf } from './caller.ts';
import type { HttpClient } from './http-client.ts';
import { createInviteApi } from './invite-api.ts';
import { createMembershipApi } from './membership-api.ts';
import { createModerationApi } from './moderation-api.ts';
import { createProgramApi } from './program-api.ts';
import { createThreadApi } from './thread-api.ts';

export type Api = ReturnType<typeof createApi>;

export type MessageVersion = z.infer<typeof versionsResponse>['versions'][number];

export interface HistoryQuery {
  readonly since_seq?: number;
  readonly before_seq?: number;
  readonly around_seq?: number;
  readonly limit?: number;
}

/** Everything that somebody who is signed in may ask for; the account has an API of its own. */
export function createApi(http: HttpClient) {
  return {
    ...createConversationApi(http),
    membership: createMembershipApi(http),
    invites: createInviteApi(http),
    threads: createThreadApi(http),
    programs: createProgramApi(http),
    moderation: createModerationApi(http),
  };
}

function createConversationApi(http: HttpClient) {
  const { ask } = createCaller(http);
  const of = (convoId: string, ...parts: (string | number)[]) => pathOf('conversations', convoId, ...parts);
  return {
    ticket: (): Promise<TicketResponse> => ask('POST', '/auth/ws-ticket', ticketResponse),
    async findPeople(query: string, signal?: AbortSignal): Promise<PersonView[]> {
      return (await ask('GET', '/users', usersResponse, { query: { query }, signal })).users;
    },
    person: (userId: string): Promise<PersonView> => ask('GET', pathOf('users', userId), personResponse),
    /** All conversations that the caller is in, or all that they were in, page by page. */
    async conversations(membership?: 'former'): Promise<ConversationView[]> {
      const all: ConversationView[] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: limits.conversationsPageMax, cursor, membership };
        const page: z.infer<typeof conversationsResponse> = await ask(
          'GET',
          '/conversations',
          conversationsResponse,
          { query },
        );
        all.push(...page.conversations);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
    /** Also one that the caller has left, as it was then. */
    conversation: (convoId: string): Promise<ConversationView> => ask('GET', of(convoId), conversationView),
    openConversation: (body: OpenConversationRequest): Promise<ConversationView> =>
      ask('POST', '/conversations', conversationView, { body }),
    history: (convoId: string, query: HistoryQuery): Promise<HistoryResponse> =>
      ask('GET', of(convoId, 'messages'), historyResponse, { query: { ...query } }),
    /** What changed after `sinceRev`, a page of it. */
    changes(convoId: string, sinceRev: number): Promise<ChangesResponse> {
      const query = { since_rev: sinceRev, limit: limits.historyPageMax };
      return ask('GET', of(convoId, 'changes'), changesResponse, { query });
    },
    async pins(convoId: string): Promise<MessageView[]> {
      return (await ask('GET', of(convoId, 'pins'), pinsResponse)).messages;
    },
    /** What a message said before, the oldest first; the last one is what it says now. */
    async versions(convoId: string, seqNo: number): Promise<MessageVersion[]> {
      return (await ask('GET', of(convoId, 'messages', seqNo, 'versions'), versionsResponse)).versions;
    },
    async receipts(convoId: string): Promise<ReceiptsResponse['receipts']> {
      return (await ask('GET', of(convoId, 'receipts'), receiptsResponse)).receipts;
    },
  };
}
