import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

interface Metered {
  readonly ConsumedCapacity?: { CapacityUnits?: number } | readonly { CapacityUnits?: number }[];
}

/** The same client, with a meter of the write units that its transactions consume. */
export function meteredClient(client: DynamoDBDocumentClient) {
  let writeUnits = 0;
  const send = async (command: { input: Record<string, unknown>; constructor: { name: string } }) => {
    command.input.ReturnConsumedCapacity = 'TOTAL';
    const answer = (await client.send(command as never)) as Metered;
    const units = [answer.ConsumedCapacity ?? []].flat().map((one) => one.CapacityUnits ?? 0);
    if (command.constructor.name === 'TransactWriteCommand')
      writeUnits += units.reduce((sum, one) => sum + one, 0);
    return answer;
  };
  return {
    client: new Proxy(client, {
      get: (target, property) => (property === 'send' ? send : Reflect.get(target, property)),
    }),
    /** Since the last time that somebody asked. */
    spent: () => {
      const spent = writeUnits;
      writeUnits = 0;
      return spent;
    },
  };
}
