import * as z from 'zod/mini';
import { environments, type FunctionEnvironment, type FunctionPath } from '../environments.ts';

/** The environment of one function, parsed once at start. Throws at once, naming what is missing. */
export function environment<P extends FunctionPath>(path: P): FunctionEnvironment<P> {
  const parsed = environments[path].safeParse(process.env);
  if (!parsed.success)
    throw new Error(`the environment of ${path} is incomplete:\n${z.prettifyError(parsed.error)}`);
  return parsed.data as FunctionEnvironment<P>;
}
