import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionCode } from '../function-code.ts';
import type { DataStack } from '../stacks/data.ts';
import type { ChatWebSocket } from './chat-web-socket.ts';
import { ConfabFunction } from './confab-function.ts';
import { forgetConnection, type ItemAction } from './domain-table.ts';
import type { DeploymentEnvironment } from './function-environment.ts';
import { Scheduled } from './scheduled.ts';
import { StreamConsumer } from './stream-consumer.ts';
import type { WorkQueue } from './work-queue.ts';

export interface PresenceFunctionsProps {
  readonly code: FunctionCode;
  readonly environment: DeploymentEnvironment;
  readonly data: DataStack;
  readonly webSocket: ChatWebSocket;
  /** Its consumer may take `checkTimeout` for a batch. */
  readonly checks: WorkQueue;
  readonly checkTimeout: Duration;
}

/** Up to 1,000 watchers are told at once, fifty at a time. */
const following = { memoryMb: 1024, timeout: Duration.seconds(25) };
/** Waits for DynamoDB and API Gateway; what is not done is found again a minute later. */
const sweeping = { memoryMb: 512, timeout: Duration.seconds(25) };

/** Who is there: what follows from somebody's connections, and the search for those that ended without a word. */
export class PresenceFunctions extends Construct {
  readonly stream: StreamConsumer;
  readonly sweep: Scheduled;
  readonly consumers: readonly ConfabFunction[];

  constructor(scope: Construct, id: string, props: PresenceFunctionsProps) {
    super(scope, id);
    const follower = this.#follow(props);
    this.stream = new StreamConsumer(this, 'PresenceStream', {
      table: props.data.connections,
      consumer: follower,
      startingPosition: StartingPosition.TRIM_HORIZON,
      // What comes together is told together: a reconnect, or everybody after an outage.
      batchingWindow: Duration.seconds(1),
      // The connections of a person are one item; everything else in the table is nobody's presence.
      filters: [{ dynamodb: { Keys: { sk: { S: ['CONNECTIONS'] } } } }],
      givenUp:
        'Changes of connections were given up: the people are shown as they were before until they connect or leave again.',
    });
    this.sweep = new Scheduled(this, 'Sweep', {
      every: Duration.minutes(1),
      run: this.#sweepConnections(props),
    });
    this.consumers = [follower, this.#check(props)];
  }

  #follow({ code, environment, data, webSocket, checks }: PresenceFunctionsProps): ConfabFunction {
    const follower = new ConfabFunction(this, 'streams/presence', { code, environment, ...following });
    allowPresence(follower, { data, webSocket });
    // Whoever seems to have gone is looked at again.
    checks.allowSend(follower);
    return follower;
  }

  #check({
    code,
    environment,
    data,
    webSocket,
    checks,
    checkTimeout,
  }: PresenceFunctionsProps): ConfabFunction {
    const checker = new ConfabFunction(this, 'consumers/check-presence', {
      code,
      environment,
      memoryMb: 512,
      timeout: checkTimeout,
    });
    allowPresence(checker, { data, webSocket });
    checks.deliverTo(checker);
    return checker;
  }

  #sweepConnections({ code, environment, data, webSocket }: PresenceFunctionsProps): ConfabFunction {
    const sweeper = new ConfabFunction(this, 'schedules/sweep-connections', {
      code,
      environment,
      ...sweeping,
    });
    data.connections.allow(sweeper, 'Query', ...forgetConnection);
    webSocket.allowLook(sweeper);
    // An old connection is told that it will end.
    webSocket.allowPush(sweeper);
    return sweeper;
  }
}

/** Settling somebody's presence, and telling it to whoever watches and is not apart from them. */
export function allowPresence(
  grantee: ConfabFunction,
  { data, webSocket }: Pick<PresenceFunctionsProps, 'data' | 'webSocket'>,
  ...more: readonly ItemAction[]
): void {
  data.users.allow(grantee, 'GetItem', 'BatchGetItem');
  data.connections.allow(grantee, 'GetItem', 'BatchGetItem', 'Query', ...forgetConnection, ...more);
  webSocket.allowPush(grantee);
}
