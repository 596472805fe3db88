import { type FormEvent, useRef, useState } from 'react';
import { type Failure, failureOf } from '../error-text.ts';
import { useSecondsLeft } from '../use-seconds-left.ts';

export interface Attempt {
  readonly isBusy: boolean;
  /** What to tell about the last attempt, if it failed and no field is to blame. */
  readonly error: string | undefined;
  /** As long as it is not 0, the server would refuse another attempt. */
  readonly secondsToWait: number;
}

export interface Submission extends Attempt {
  /** What to tell beside this field. */
  readonly fieldError: (name: string) => string | undefined;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

/** Runs `submit` with the fields of the form, once at a time. */
export function useSubmit(submit: (fields: (name: string) => string) => Promise<unknown>): Submission {
  const { attempt, failure, run } = useAttempt();
  return {
    ...attempt,
    fieldError: (name) => (failure?.field === name ? failure.text : undefined),
    onSubmit(event) {
      event.preventDefault();
      const form = event.currentTarget;
      const data = new FormData(form);
      const field = (name: string): string => {
        const value = data.get(name);
        return typeof value === 'string' ? value : '';
      };
      void run(() => submit(field), form);
    },
  };
}

export interface Action extends Attempt {
  readonly run: () => void;
}

/** The same for a button without a form. */
export function useAction(act: () => Promise<unknown>): Action {
  const { attempt, run } = useAttempt();
  return { ...attempt, run: () => void run(act) };
}

function useAttempt() {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [waitUntilMs, setWaitUntilMs] = useState<number>();
  const secondsToWait = useSecondsLeft(waitUntilMs);
  /** Two clicks can come before the first one has drawn its disabled button. */
  const isRunning = useRef(false);

  async function run(work: () => Promise<unknown>, form?: HTMLFormElement): Promise<void> {
    if (isRunning.current || secondsToWait > 0) return;
    isRunning.current = true;
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      const found = failureOf(error, (name) => fieldOf(form, name) !== undefined);
      setFailure(found);
      if (found?.retryAfterMs !== undefined) setWaitUntilMs(Date.now() + found.retryAfterMs);
      if (found?.field !== undefined) fieldOf(form, found.field)?.focus();
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
  }

  const error = failure?.field === undefined ? failure?.text : undefined;
  return { attempt: { isBusy, error, secondsToWait }, failure, run };
}

function fieldOf(form: HTMLFormElement | undefined, name: string): HTMLInputElement | undefined {
  const element = form?.elements.namedItem(name);
  return element instanceof HTMLInputElement ? element : undefined;
}
