/** Status, body, headers. */
export type FakeAnswer = [number, unknown?, Record<string, string>?];

export function problem(status: number, code: string, headers?: Record<string, string>): FakeAnswer {
  const body = { type: 'about:blank', title: code, status, detail: code, code, request_id: 'r' };
  return headers === undefined ? [status, body] : [status, body, headers];
}
