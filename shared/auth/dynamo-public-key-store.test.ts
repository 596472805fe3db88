import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { dynamoPublicKeyStore } from './dynamo-public-key-store.ts';

const database = testDatabase();
const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };

describe('the public key store', () => {
  const open = () => dynamoPublicKeyStore(database().client, database().tables.authTable);

  it('gives what another environment published', async () => {
    await open().publish('key-1', jwk);
    await open().publish('key-2', { ...jwk, use: 'sig' });
    expect(await open().get('key-1')).toEqual(jwk);
    expect(await open().list()).toEqual([jwk, { ...jwk, use: 'sig' }]);
  });

  it('does not know a key that nobody published, and asks again when it was', async () => {
    const store = open();
    expect(await store.get('key-3')).toBeUndefined();
    await open().publish('key-3', jwk);
    expect(await store.get('key-3')).toEqual(jwk);
  });

  it('asks only once for a key that it has seen', async () => {
    const dynamo = mockClient(DynamoDBDocumentClient);
    dynamo.on(GetCommand).resolves({ Item: { jwk } });
    const store = open();
    await store.get('key-4');
    await store.get('key-4');
    expect(dynamo.commandCalls(GetCommand)).toHaveLength(1);
    dynamo.restore();
  });
});
