/** The routes of threads, one function each. All throw as HttpClient says. */
import type * as z from 'zod/mini';
import { threadResponse, threadsResponse } from '../../events/http-contracts.ts';
import { limits } from '../../shared/limits.ts';
import { createCaller, pathOf } from './caller.ts';
import type { HttpClient } from './http-client.ts';

export type ThreadApi = ReturnType<typeof createThreadApi>;

export type ThreadPage = z.infer<typeof threadResponse>;
export type ThreadsPage = z.infer<typeof threadsResponse>;

/** Numbers within the thread, both exclusive. */
export interface ThreadQuery {
  readonly since?: number;
  readonly before?: number;
  readonly limit?: number;
}

export function createThreadApi(http: HttpClient) {
  const { ask } = createCaller(http);
  return {
    /** Roots with a thread, the newest root first; with `beforeSeq` those with an older root. */
    list(convoId: string, beforeSeq?: number): Promise<ThreadsPage> {
      const query = { before_seq: beforeSeq, limit: limits.threadsPageMax };
      return ask('GET', pathOf('conversations', convoId, 'threads'), threadsResponse, { query });
    },
    /** A page of one thread; without bounds its end. */
    page(convoId: string, rootSeq: number, query: ThreadQuery): Promise<ThreadPage> {
      const path = pathOf('conversations', convoId, 'threads', rootSeq);
      return ask('GET', path, threadResponse, { query: { ...query } });
    },
  };
}
