import type { ReportRequest } from '../../events/membership-contracts.ts';
import { type Clock, isoTime } from '../clock.ts';
import type { ConversationStore } from '../conversations/conversation-store.ts';
import { isWithin, side } from '../conversations/reading-window.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import { type Message, messageView } from '../messages/message.ts';
import type { MessageStore } from '../messages/message-store.ts';
import type { UserStore } from '../users/user-store.ts';
import type { Report } from './report.ts';
import type { ReportStore } from './report-store.ts';

export interface SubmitReportDeps {
  readonly reports: Pick<ReportStore, 'add'>;
  readonly users: Pick<UserStore, 'get'>;
  readonly conversations: Pick<ConversationStore, 'standing' | 'get'>;
  readonly messages: Pick<MessageStore, 'many'>;
  readonly clock: Clock;
}

/**
 * Puts a report into the queue of those who run the deployment; nobody else hears of it. One person reports one message, or
 * one person, once: a repetition answers the same id and changes nothing, also after the report was settled.
 * Throws `conversation.not_found` or `message.not_found` for a message that the reporter cannot read, `user.not_found` for
 * a person who is missing or erased; then nothing was written.
 */
export async function submitReport(
  reporterId: string,
  request: ReportRequest,
  deps: SubmitReportDeps,
): Promise<string> {
  const { convo_id: convoId, seq_no: seq, user_id: named, category, note } = request;
  const message =
    convoId !== undefined && seq !== undefined
      ? await readableMessage(reporterId, convoId, seq, deps)
      : undefined;
  if (named !== undefined) await assertThere(named, deps);
  const reportedId = named ?? message?.senderId;
  if (reportedId === undefined) throw new AppError('request.invalid', 'names neither a message nor a person');
  const report: Report = {
    reportId: reportIdOf(reporterId, request),
    status: 'open',
    reporterId,
    reportedId,
    category,
    ...(note !== undefined && note !== '' && { note }),
    ...(message && { message: messageView(message) }),
    createdAt: isoTime(deps.clock.now()),
  };
  await deps.reports.add(report);
  return report.reportId;
}

/** The same for every report of one person about the same: that makes a repetition one. */
function reportIdOf(reporterId: string, { convo_id, seq_no, user_id }: ReportRequest): string {
  const about = [reporterId, convo_id ?? null, seq_no ?? null, user_id ?? null];
  return `r_${sha256(JSON.stringify(about)).slice(0, 32)}`;
}

/** A message that the reporter can read, also in a conversation that they left: one that they saw there. */
async function readableMessage(
  userId: string,
  convoId: string,
  seq: number,
  { conversations, messages }: SubmitReportDeps,
): Promise<Message> {
  const { window } = await side(userId, convoId, conversations);
  const [message] = isWithin(window, seq) ? await messages.many(convoId, [seq]) : [];
  // Of a deleted message there is nothing left that anybody could judge.
  if (!message || message.deletedAt !== undefined) throw new AppError('message.not_found');
  return message;
}

async function assertThere(userId: string, { users }: SubmitReportDeps): Promise<void> {
  const profile = await users.get(userId);
  if (!profile || profile.deletedAt !== undefined) throw new AppError('user.not_found');
}
