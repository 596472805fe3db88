import type { Notice } from './notice.ts';

export interface NoticeStore {
  /** Keeps a notice; the same one again changes nothing. */
  put(notice: Notice): Promise<void>;
  get(noticeId: string): Promise<Notice | undefined>;
  /** Makes it one of these people's, unless they dismissed it already. */
  assign(notice: Notice, userIds: readonly string[]): Promise<void>;
  /** Nobody finds it any more. Repeating it is harmless. */
  remove(notice: Notice): Promise<void>;
  /** The person does not want to see it again. False: it is not theirs, and nothing was written. */
  dismiss(userId: string, notice: Notice): Promise<boolean>;
  /** What is for this person, not dismissed and not over, the latest first; at most `limits.noticesPerPersonMax`. */
  activeFor(userId: string): Promise<Notice[]>;
}
