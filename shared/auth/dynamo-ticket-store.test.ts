import { describe, expect, it } from 'vitest';
import { anIdentity, countingIds, startMs } from '../../test/support/builders.ts';
import { testDatabase } from '../../test/support/dynamodb.ts';
import { inMemoryTicketStore } from '../../test/support/in-memory-auth.ts';
import { dynamoTicketStore } from './dynamo-ticket-store.ts';

const database = testDatabase();
const ids = countingIds('TICKET');
const nowSeconds = startMs / 1_000;

/** The same promises hold for the real store and for the one that use cases are tested with. */
const stores = {
  DynamoDB: () => dynamoTicketStore(database().client, database().tables.authTable),
  'the in-memory stand-in': () => inMemoryTicketStore(),
};

describe.each(Object.entries(stores))('the ticket store on %s', (_, open) => {
  async function setup() {
    const store = open();
    const hash = ids.secret();
    await store.put(hash, anIdentity(), nowSeconds + 30);
    return { store, hash };
  }

  it('[C1] answers whose ticket it was, once', async () => {
    const { store, hash } = await setup();
    expect(await store.redeem(hash, nowSeconds)).toEqual(anIdentity());
    expect(await store.redeem(hash, nowSeconds)).toBeUndefined();
  });

  it('[C1] lets exactly one of twenty sockets with the same ticket in', async () => {
    const { store, hash } = await setup();
    const answers = await Promise.all(Array.from({ length: 20 }, () => store.redeem(hash, nowSeconds)));
    expect(answers.filter(Boolean)).toEqual([anIdentity()]);
  });

  it('[C1] refuses an expired and an invented ticket', async () => {
    const { store, hash } = await setup();
    expect(await store.redeem(hash, nowSeconds + 30)).toBeUndefined();
    expect(await store.redeem(ids.secret(), nowSeconds)).toBeUndefined();
    expect(await store.redeem(hash, nowSeconds + 29)).toEqual(anIdentity());
  });
});
