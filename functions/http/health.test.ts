import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { httpCaller, stubEnvironment } from '../../test/support/in-memory-aws.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
let call: ReturnType<typeof httpCaller>;

beforeAll(async () => {
  stubEnvironment();
  call = httpCaller((await import('./health.ts')).handler);
});
afterEach(() => dynamo.reset());

describe('GET /health', () => {
  it('answers 200 when the database does', async () => {
    dynamo.resolves({});
    expect(await call('GET /health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('answers 503 when it does not, each time anew', async () => {
    dynamo.rejects(new Error('connect ECONNREFUSED 10.0.0.7'));
    const answer = await call('GET /health');
    expect(problem.parse(answer.body)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.text).not.toContain('10.0.0.7');
    dynamo.reset();
    dynamo.resolves({});
    expect((await call('GET /health')).status).toBe(200);
  });
});
