/** One function of the HTTP API as API Gateway calls it, on tables of its own. What it sends elsewhere is kept. */
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, beforeEach, expect } from 'vitest';
import { problem } from '../../events/http-contracts.ts';
import { testDatabase } from './dynamodb.ts';
import {
  type Answer,
  type HttpCall,
  httpCaller,
  type SignedIn,
  signingSecret,
  signUp,
  stubEnvironment,
} from './in-memory-aws.ts';

/**
 * For the whole of a test file, to be called once at its top.
 * @param load imports the function; it reads its environment when it is loaded.
 * @param variables of the environment that differ from those of other tests.
 */
export function httpFunction(
  load: () => Promise<{ readonly handler: unknown }>,
  variables: Record<string, string> = {},
) {
  const database = testDatabase();
  const gateway = mockClient(ApiGatewayManagementApiClient);
  const sqs = mockClient(SQSClient);
  let caller: ReturnType<typeof httpCaller> | undefined;
  let count = 0;

  beforeAll(async () => {
    stubEnvironment(database(), variables);
    mockClient(SecretsManagerClient).on(GetSecretValueCommand).resolves({ SecretString: signingSecret });
    caller = httpCaller((await load()).handler);
  });

  beforeEach(() => {
    gateway.reset();
    gateway.on(PostToConnectionCommand).resolves({});
    sqs.reset();
    sqs.on(SendMessageCommand).resolves({});
    sqs.on(SendMessageBatchCommand).resolves({ Failed: [] });
  });

  const call = async (route: string, request: HttpCall = {}): Promise<Answer> => {
    if (!caller) throw new Error('the function is there from beforeAll on');
    return await caller(route, request);
  };

  return {
    database,
    gateway,
    sqs,
    call,

    /** The problem that a call was refused with, held against RFC 9457 and against what must never be in one. */
    refusal: async (route: string, request: HttpCall) => {
      const answer = await call(route, request);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.headers['cache-control']).toBe('no-store');
      const body = problem.parse(answer.body);
      expect(body.status).toBe(answer.status);
      expect(body.request_id).toBe('request-1');
      expect(answer.text).not.toMatch(/node_modules|\.ts:|at async|Exception/);
      return { ...body, headers: answer.headers };
    },

    /** What was put into a queue in this test, one by one, held against its contract. */
    queued: <Event>(contract: { parse(body: unknown): Event }): Event[] =>
      sqs
        .commandCalls(SendMessageCommand)
        .map(({ args: [{ input }] }) => contract.parse(JSON.parse(input.MessageBody ?? ''))),

    /** Somebody of their own for a test. */
    somebody: async (): Promise<SignedIn> => {
      count += 1;
      return await signUp(database(), `somebody${count}`);
    },
  };
}
