/** The HTTP API of the chat, one function per route that the client uses. All throw as HttpClient says. */
import type * as z from 'zod/mini';
import { type TicketResponse, ticketResponse } from '../../events/account-contracts.ts';
import {
  conversationsResponse,
  type HistoryResponse,
  historyResponse,
  type OpenConversationRequest,
} from '../../events/http-contracts.ts';
import { type ConversationView, conversationView, type PersonView } from '../../events/server-frames.ts';
import { usersResponse } from '../../events/user-contracts.ts';
import { limits } from '../../shared/limits.ts';
import type { HttpClient } from './http-client.ts';

export type Api = ReturnType<typeof createApi>;

export interface HistoryQuery {
  readonly since_seq?: number;
  readonly before_seq?: number;
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
      const path = `/conversations/${encodeURIComponent(convoId)}`;
      return await http.authorized({ method: 'GET', path, response: conversationView });
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
      const path = `/conversations/${encodeURIComponent(convoId)}/messages`;
      return http.authorized({ method: 'GET', path, query: { ...query }, response: historyResponse });
    },
  };
}
