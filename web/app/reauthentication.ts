import { create } from 'zustand';
import { ProblemError } from '../client/problem-error.ts';

/** Somebody closed the dialog: nothing was done, and there is nothing to tell. */
export class CancelledError extends Error {
  constructor() {
    super('Cancelled');
    this.name = 'CancelledError';
  }
}

interface Asking {
  readonly answer: PromiseWithResolvers<void> | undefined;
}

/** Whether somebody is being asked to prove that it is them; the dialog shows as long as `answer` is there. */
export const useReauthentication = create<Asking>(() => ({ answer: undefined }));

/**
 * Runs `work`; when the server wants to know first whether it is really this person, asks them and runs it once more.
 * Throws CancelledError if they decline.
 */
export async function confirmed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'auth.reauthentication_required') throw error;
  }
  await askForProof();
  return await work();
}

export function proofGiven(): void {
  takeAnswer()?.resolve();
}

export function proofDeclined(): void {
  takeAnswer()?.reject(new CancelledError());
}

/** One dialog, however many wait for it. */
function askForProof(): Promise<void> {
  const answer = useReauthentication.getState().answer ?? Promise.withResolvers<void>();
  useReauthentication.setState({ answer });
  return answer.promise;
}

function takeAnswer(): PromiseWithResolvers<void> | undefined {
  const { answer } = useReauthentication.getState();
  useReauthentication.setState({ answer: undefined });
  return answer;
}
