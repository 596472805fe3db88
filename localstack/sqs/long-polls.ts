/**
 * Receives that wait for a first message: long polling.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
 */
import type { Clock, ReceivedMessage } from '../contracts.ts';
import { Alarm } from './alarm.ts';

export interface LongPoll {
  readonly queueName: string;
  readonly deadlineMs: number;
  /** Takes what is there now; empty if nothing is. */
  take(): ReceivedMessage[];
  /** When the queue has something new without anybody doing anything. */
  nextDueMs(): number | undefined;
}

interface WaitingPoll {
  readonly poll: LongPoll;
  settle(messages: ReceivedMessage[]): void;
  fail(error: unknown): void;
}

export class LongPolls {
  readonly #clock: Clock;
  readonly #waiting = new Set<WaitingPoll>();
  readonly #alarm: Alarm;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock, () => {
      this.serve();
    });
  }

  /** Resolves with the first messages, or with none at the deadline or on `signal`. */
  wait(poll: LongPoll, signal: AbortSignal | undefined): Promise<ReceivedMessage[]> {
    if (signal?.aborted === true) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        waiting.settle([]);
        this.#setAlarm();
      };
      const leave = (): void => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener('abort', giveUp);
      };
      const waiting: WaitingPoll = {
        poll,
        settle: (messages) => {
          leave();
          resolve(messages);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      signal?.addEventListener('abort', giveUp);
      this.#waiting.add(waiting);
      this.#setAlarm();
    });
  }

  /** Hands out what has become deliverable, first come first served, and ends the polls whose time is over. */
  serve(): void {
    const now = this.#clock.now();
    for (const waiting of this.#waiting) {
      try {
        const messages = waiting.poll.take();
        if (messages.length > 0 || waiting.poll.deadlineMs <= now) waiting.settle(messages);
      } catch (error) {
        waiting.fail(error);
      }
    }
    this.#setAlarm();
  }

  /** Ends all polls, or those of one queue, with nothing. */
  end(queueName?: string): void {
    for (const waiting of this.#waiting) {
      if (queueName === undefined || waiting.poll.queueName === queueName) waiting.settle([]);
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    let next: number | undefined;
    for (const { poll } of this.#waiting) {
      const due = Math.min(poll.deadlineMs, poll.nextDueMs() ?? poll.deadlineMs);
      if (next === undefined || due < next) next = due;
    }
    this.#alarm.set(next);
  }
}
