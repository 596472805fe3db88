import { problem } from '../../events/http-contracts.ts';
import { ProblemError } from './problem-error.ts';

/** Turns an HTTP error into a ProblemError, also where a gateway in between answered without a problem body. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = problem.safeParse(body);
  const retryAfterMs = retryAfter(response.headers.get('retry-after'));
  if (parsed.success) {
    const { code, detail, request_id: requestId } = parsed.data;
    return new ProblemError({ status: response.status, code, detail, requestId, retryAfterMs });
  }
  const code = codeOfStatus(response.status);
  return new ProblemError({
    status: response.status,
    code,
    detail: `The server answered ${response.status}`,
    retryAfterMs,
  });
}

function codeOfStatus(status: number): string {
  if (status === 429) return 'rate_limited';
  if (status === 502 || status === 503 || status === 504) return 'unavailable';
  if (status >= 500) return 'internal';
  if (status === 401) return 'auth.unauthenticated';
  return `http.${status}`;
}

/** Retry-After in its form of whole seconds, the only one that our server sends. */
function retryAfter(header: string | null): number | undefined {
  if (header === null || !/^\d{1,6}$/.test(header)) return undefined;
  return Number(header) * 1000;
}
