import { useCallback, useEffect, useRef, useState } from 'react';
import { errorText } from '../error-text.ts';

export interface Loaded<T> {
  /** Undefined until it has come. */
  readonly data: T | undefined;
  readonly error: string | undefined;
  readonly reload: () => void;
  readonly setData: (data: T) => void;
}

/** Fetches once when the component appears, and again when asked to. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<string>();
  const latest = useRef(load);
  latest.current = load;

  const reload = useCallback(() => {
    setError(undefined);
    latest.current().then(setData, (failure: unknown) => setError(errorText(failure)));
  }, []);
  useEffect(reload, [reload]);

  return { data, error, reload, setData };
}
