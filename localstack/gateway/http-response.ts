import type { ServerResponse } from 'node:http';
import { type HttpResult, interpretHttpResult } from './http-result.ts';
import { type IntegrationOutcome, integrationError } from './integration.ts';

/** Sends `{"message": …}`, as API Gateway does when the answer is its own. */
export function sendMessage(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ message }));
}

/**
 * Sends what an integration makes of the response: its result, 500 when it failed or its result is malformed, 503
 * when it is late. Returns why it failed, if it did.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function sendOutcome(response: ServerResponse, outcome: IntegrationOutcome): string | undefined {
  if (outcome.kind === 'timed-out') {
    sendMessage(response, 503, 'Service Unavailable');
    return integrationError(outcome);
  }
  const result = outcome.kind === 'returned' ? interpretHttpResult(outcome.payload) : undefined;
  if (result && sendResult(response, result)) return undefined;
  sendMessage(response, 500, 'Internal Server Error');
  return integrationError(outcome) ?? 'Integration.MalformedResponse';
}

/** False when a header cannot be sent, which makes the result malformed. */
function sendResult(response: ServerResponse, { statusCode, headers, cookies, body }: HttpResult): boolean {
  if (response.destroyed) return true;
  const fields = [...headers, ...cookies.map((cookie) => ['set-cookie', cookie] as const)];
  const sent: string[] = [];
  try {
    for (const [name, value] of fields) {
      response.appendHeader(name, value);
      sent.push(name);
    }
  } catch {
    for (const name of sent) response.removeHeader(name);
    return false;
  }
  response.statusCode = statusCode;
  if (statusCode !== 204 && statusCode !== 304) response.setHeader('content-length', body.length);
  response.end(body);
  return true;
}
