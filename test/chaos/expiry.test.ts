import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import type { TicketResponse } from '../../events/account-contracts.ts';
import { gateKey, ticketKey } from '../../shared/auth/auth-keys.ts';
import { sha256 } from '../../shared/ids.ts';
import { bodyOf, handshakeStatus, problemOf } from '../support/client.ts';
import { connect } from '../support/cloud.ts';
import { cloudOfThisFile, type OwnCloud } from '../support/own-cloud.ts';
import { newPerson, ticketUrl } from '../support/people.ts';

const theCloud = cloudOfThisFile();

const aSecondAgo = () => Math.floor(Date.now() / 1000) - 1;

/** Sets one expiry in the Auth table to a moment that has passed. The row stays: DynamoDB deletes it days later. */
async function expire(
  cloud: OwnCloud,
  key: Record<string, string>,
  path: string,
  names: Record<string, string>,
) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const raw = new DynamoDBClient({ endpoint: cloud.dynamoDb.endpoint, region: 'us-east-1', credentials });
  onTestFinished(() => raw.destroy());
  const authTable = cloud.plan.functions.find(({ name }) => name === 'http-auth')?.environment.AUTH_TABLE;
  await DynamoDBDocumentClient.from(raw).send(
    new UpdateCommand({
      TableName: authTable,
      Key: key,
      UpdateExpression: `SET ${path} = :past`,
      ConditionExpression: `attribute_exists(${path})`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':past': aSecondAgo() },
    }),
  );
}

it('[C1] refuses a ticket that has expired, though its row is still there', async () => {
  const cloud = theCloud();
  const ada = await newPerson(cloud.http);
  const ticket = bodyOf(await ada.call<TicketResponse>('POST', '/auth/ws-ticket'));

  await expire(cloud, ticketKey(sha256(ticket.ticket)), '#expiry', { '#expiry': 'expires_at' });

  expect(await handshakeStatus(ticketUrl(ticket))).toBe(403);
});

it('[P8] ends a session that has expired for HTTP and for its open socket', async () => {
  const cloud = theCloud();
  const ada = await newPerson(cloud.http);
  const socket = await connect(ada);
  socket.send({ action: 'ping' });
  await socket.next('pong');

  await expire(cloud, gateKey(ada.userId), 'sessions.#session', { '#session': ada.tokens.session_id });

  expect(problemOf(await ada.call('GET', '/me')).code).toBe('auth.session_ended');
  socket.send({ action: 'ping' });
  expect(await socket.next('error')).toMatchObject({ code: 'auth.session_ended' });
});
