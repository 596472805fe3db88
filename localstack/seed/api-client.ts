import { problem } from '../../events/http-contracts.ts';
import { StartupError } from '../cloud/startup-error.ts';

/** An answer of the API that is not 2xx. */
export class ApiError extends Error {
  readonly code: string;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, retryAfterMs: number | undefined) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface Api {
  /** @throws ApiError for every status but 2xx; StartupError when nobody answers. */
  call<T>(
    route: `${'GET' | 'POST'} /${string}`,
    options: { schema: { parse(value: unknown): T }; body?: object; accessToken?: string | undefined },
  ): Promise<T>;
}

/** The public HTTP API of a running Confab at `url`. */
export function createApi(url: string): Api {
  return {
    async call(route, { schema, body, accessToken }) {
      const [method = 'GET', path = '/'] = route.split(' ');
      const response = await send(url, path, {
        method,
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
        },
        body: body ? JSON.stringify(body) : null,
      });
      const answer: unknown = await response.json();
      if (response.ok) return schema.parse(answer);
      const { code, detail } = problem.parse(answer);
      const retryAfter = response.headers.get('retry-after');
      throw new ApiError(code, `${route}: ${detail}`, retryAfter ? Number(retryAfter) * 1000 : undefined);
    },
  };
}

async function send(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url + path, init);
  } catch (cause) {
    throw new StartupError(
      `Nobody answers at ${url}.`,
      'Start Confab with `npm start`, or say where it is: CONFAB_URL=https://… npm run seed',
      { cause },
    );
  }
}
