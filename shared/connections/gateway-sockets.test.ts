import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
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
  return {
    failures,
    post: () => sockets.post('L0SM9cOFvHcCIhw=', '{"type":"pong","text":"secret"}'),
    end: () => sockets.end('L0SM9cOFvHcCIhw='),
  };
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

describe('the end of a socket through API Gateway', () => {
  it('is asked for', async () => {
    gateway.on(DeleteConnectionCommand).resolves({});
    expect(await setup().end()).toBe('ended');
    const [call] = gateway.commandCalls(DeleteConnectionCommand);
    expect(call?.args[0].input).toEqual({ ConnectionId: 'L0SM9cOFvHcCIhw=' });
  });

  it('was there before when the connection is gone', async () => {
    gateway.on(DeleteConnectionCommand).rejects(new GoneException(metadata));
    const { end, failures } = setup();
    expect(await end()).toBe('ended');
    expect(failures).toEqual([]);
  });

  it.each([
    new ForbiddenException(metadata),
    new LimitExceededException(metadata),
    Object.assign(new Error('socket timed out'), { name: 'TimeoutError' }),
  ])('did not come about with $name, which is reported and does not throw', async (error) => {
    gateway.on(DeleteConnectionCommand).rejects(error);
    const { end, failures } = setup();
    expect(await end()).toBe('failed');
    expect(failures).toEqual([{ connection_id: 'L0SM9cOFvHcCIhw=', error: error.name }]);
  });
});
