import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Problem } from '../../events/http-contracts.ts';
import { AppError, errorTable } from '../../shared/errors.ts';
import { addToLogLine, logger } from './log.ts';

/** Answers every error as an RFC 9457 problem. What is not meant for callers shows as `internal` and is logged. */
export function problemDetails(): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    onError(request) {
      const { error, event, context } = request;
      const known = error instanceof AppError ? error : new AppError('internal');
      if (known !== error) logger.error('unexpected error', { error, request_id: context.awsRequestId });
      else if (error.cause)
        logger.warn('caused by', { error: error.cause as Error, request_id: context.awsRequestId });
      const { status, title } = errorTable[known.code];
      addToLogLine({ route: event.routeKey, status, code: known.code });
      const problem: Problem = {
        type: `urn:confab:error:${known.code}`,
        title,
        status,
        detail: known.message,
        code: known.code,
        request_id: context.awsRequestId,
      };
      request.response = {
        statusCode: status,
        headers: {
          'content-type': 'application/problem+json',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          ...(status === 401 && { 'www-authenticate': 'Bearer' }),
          ...(known.retryAfterMs !== undefined && {
            'retry-after': String(Math.ceil(known.retryAfterMs / 1000)),
          }),
        },
        body: JSON.stringify(problem),
      };
    },
  };
}
