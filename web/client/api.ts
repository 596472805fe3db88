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
import { usersResponse } from '../../events/user-contracts.ts';
import { limits } from '../../shared/limits.ts';
import type { HttpClient } from './http-client.ts';

export type Api = ReturnType<typeof createApi>;

export type MessageVersion = z.infer<typeof versionsResponse>['versions'][number];

export interface HistoryQuery {
  readonly since_seq?: number;
  readonly before_seq?: number;
  readonly around_seq?: number;
  readonly limit?: number;
}

export function createApi(http: HttpClient) {
  return {
    ticket(): Promise<TicketResponse> {
      return http.authorized({ method: 'POST', path: '/auth/ws-ticket', response: ticketResponse });
    },
    async findPeople(query: string, signal?: AbortSignal): Promise<PersonView[]> {
      const request = { method: 'GET', path: '/users', query: { query }, response: usersResponse } as const;
      return (await http.authorized(signal === undefined ? request : { ...request, signal })).users;
    },
    /** All conversations of the caller, page by page. */
    async conversations(): Promise<ConversationView[]> {
      const all: ConversationView[] = [];
      let cursor: string | undefined;
      do {
        const page: z.infer<typeof conversationsResponse> = await http.authorized({
          method: 'GET',
          path: '/conversations',
          query: { limit: limits.conversationsPageMax, cursor },
          response: conversationsResponse,
        });
        all.push(...page.conversations);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return all;
    },
    async conversation(convoId: string): Promise<ConversationView> {
      return await http.authorized({ method: 'GET', path: pathOf(convoId), response: conversationView });
    },
    async openConversation(body: OpenConversationRequest): Promise<ConversationView> {
      return await http.authorized({
        method: 'POST',
        path: '/conversations',
        body,
        response: conversationView,
      });
    },
    history(convoId: string, query: HistoryQuery): Promise<HistoryResponse> {
      const path = `${pathOf(convoId)}/messages`;
      return http.authorized({ method: 'GET', path, query: { ...query }, response: historyResponse });
    },
    /** What changed after `sinceRev`, a page of it. */
    changes(convoId: string, sinceRev: number): Promise<ChangesResponse> {
      const query = { since_rev: sinceRev, limit: limits.historyPageMax };
      const path = `${pathOf(convoId)}/changes`;
      return http.authorized({ method: 'GET', path, query, response: changesResponse });
    },
    async pins(convoId: string): Promise<MessageView[]> {
      const path = `${pathOf(convoId)}/pins`;
      return (await http.authorized({ method: 'GET', path, response: pinsResponse })).messages;
    },
    /** What a message said before, the oldest first; the last one is what it says now. */
    async versions(convoId: string, seqNo: number): Promise<MessageVersion[]> {
      const path = `${pathOf(convoId)}/messages/${seqNo}/versions`;
      return (await http.authorized({ method: 'GET', path, response: versionsResponse })).versions;
    },
    async receipts(convoId: string): Promise<ReceiptsResponse['receipts']> {
      const path = `${pathOf(convoId)}/receipts`;
      return (await http.authorized({ method: 'GET', path, response: receiptsResponse })).receipts;
    },
  };
}

function pathOf(convoId: string): string {
  return `/conversations/${encodeURIComponent(convoId)}`;
}
