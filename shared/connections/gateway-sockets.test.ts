import {
  ApiGatewayManagementApiClient,
  ForbiddenException,
  GoneException,
  LimitExceededException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { gatewaySockets } from './gateway-sockets.ts';

const client = new ApiGatewayManagementApiClient({ region: 'eu-central-1', endpoint: 'https://x.example' });
const gateway = mockClient(client);
beforeEach(() => gateway.reset());

function setup() {
  const failures: unknown[] = [];
  const sockets = gatewaySockets(client, (failure) => failures.push(failure));
  return { failures, post: () => sockets.post('L0SM9cOFvHcCIhw=', '{"type":"pong","text":"secret"}') };
}

const metadata = { message: '', $metadata: {} };

describe('a push through API Gateway', () => {
  it('sends the frame to the connection', async () => {
    gateway.on(PostToConnectionCommand).resolves({});
    expect(await setup().post()).toBe('sent');
    expect(gateway.commandCalls(PostToConnectionCommand)[0]?.args[0].input).toEqual({
      ConnectionId: 'L0SM9cOFvHcCIhw=',
      Data: '{"type":"pong","text":"secret"}',
    });
  });

  it('tells that a connection is gone, which is no failure', async () => {
    gateway.on(PostToConnectionCommand).rejects(new GoneException(metadata));
    const { post, failures } = setup();
    expect(await post()).toBe('gone');
    expect(failures).toEqual([]);
  });

  it.each([
    new ForbiddenException(metadata),
    new LimitExceededException(metadata),
    new PayloadTooLargeException(metadata),
    Object.assign(new Error('socket timed out'), { name: 'TimeoutError' }),
  ])('reports $name without a word of the frame, and does not throw', async (error) => {
    gateway.on(PostToConnectionCommand).rejects(error);
    const { post, failures } = setup();
    expect(await post()).toBe('failed');
    expect(failures).toEqual([{ connection_id: 'L0SM9cOFvHcCIhw=', error: error.name }]);
  });
});
