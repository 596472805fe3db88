import type { NoticePublished } from '../../events/notice-published.ts';

/** The queue in which a notice is told step by step. */
export interface NoticeQueue {
  /** Resolves when it is durable. Throws `unavailable` when it is not. */
  enqueue(step: Omit<NoticePublished, 'name' | 'version'>): Promise<void>;
}
