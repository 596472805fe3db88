import { type FormEvent, useState } from 'react';
import { errorText } from '../error-text.ts';

export interface Submission {
  readonly isBusy: boolean;
  /** What to tell about the last attempt, if it failed. */
  readonly error: string | undefined;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

/** Runs `submit` with the fields of the form, once at a time. */
export function useSubmit(submit: (fields: (name: string) => string) => Promise<void>): Submission {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  async function run(form: HTMLFormElement): Promise<void> {
    const data = new FormData(form);
    const field = (name: string): string => {
      const value = data.get(name);
      return typeof value === 'string' ? value : '';
    };
    setBusy(true);
    setError(undefined);
    try {
      await submit(field);
    } catch (failure) {
      setError(errorText(failure));
    } finally {
      setBusy(false);
    }
  }

  return {
    isBusy,
    error,
    onSubmit(event) {
      event.preventDefault();
      if (!isBusy) void run(event.currentTarget);
    },
  };
}
