/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
import { isWholeNumber } from './message-validation.ts';
import { invalidParameter } from './sqs-errors.ts';

/** Twelve hours, counted from the receive and not from the change. */
const visibilityTimeoutMaxSeconds = 43_200;

/** @throws SqsError InvalidParameterValue */
export function checkVisibilityTimeout(timeoutSeconds: number): void {
  if (isWholeNumber(timeoutSeconds, 0, visibilityTimeoutMaxSeconds)) return;
  const reason = `Must be between 0 and ${visibilityTimeoutMaxSeconds}.`;
  throw invalidParameter('VisibilityTimeout', timeoutSeconds, reason);
}

/**
 * When a message becomes visible that is hidden from now on for `timeoutSeconds`.
 *
 * @throws SqsError InvalidParameterValue if that is more than twelve hours after its receive.
 */
export function extendedVisibleAtMs(timeoutSeconds: number, nowMs: number, receivedMs: number): number {
  const visibleAtMs = nowMs + timeoutSeconds * 1_000;
  if (visibleAtMs <= receivedMs + visibilityTimeoutMaxSeconds * 1_000) return visibleAtMs;
  const reason = `Total VisibilityTimeout for the message is beyond the limit [${visibilityTimeoutMaxSeconds} seconds]`;
  throw invalidParameter('VisibilityTimeout', timeoutSeconds, reason);
}
