/** Source of the names: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorOf, type SqsFixture, startSqs } from './sqs-client-fixture.ts';

let fixture: SqsFixture;
let clock: SqsFixture['clock'];
let server: SqsFixture['server'];
let client: SqsFixture['client'];
let send: SqsFixture['send'];
let QueueUrl: string;

beforeEach(async () => {
  fixture = await startSqs();
  ({ clock, server, client, send, QueueUrl } = fixture);
});

afterEach(() => fixture.stop());

describe('errors', () => {
  it('are the exceptions of the SDK, with the codes of the query protocol', async () => {
    const command = new GetQueueUrlCommand({ QueueName: 'nowhere' });
    await expect(client.send(command)).rejects.toBeInstanceOf(QueueDoesNotExist);
    expect(await errorOf(client.send(command))).toMatchObject({
      name: 'QueueDoesNotExist',
      Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' },
    });
  });

  it.each(['\u{FFFE}', '\uD800'])('refuse the character %j, which JSON carries', async (character) => {
    expect(await errorOf(send(`a${character}b`))).toMatchObject({ name: 'InvalidMessageContents' });
  });

  it('fail one entry of a batch and not the others', async () => {
    const entry = { MessageGroupId: 'A', MessageBody: 'x' };
    const result = await client.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { ...entry, Id: '1', MessageDeduplicationId: '1' },
          { ...entry, Id: '2', MessageDeduplicationId: '2', MessageBody: '\0' },
          { ...entry, Id: '3', MessageDeduplicationId: '3' },
        ],
      }),
    );
    expect(result.Successful?.map(({ Id }) => Id)).toEqual(['1', '3']);
    expect(result.Failed).toMatchObject([{ Id: '2', Code: 'InvalidMessageContents', SenderFault: true }]);
  });

  it.each([
    ['EmptyBatchRequest', []],
    ['TooManyEntriesInBatchRequest', Array.from({ length: 11 }, (_, index) => `e${index}`)],
    ['BatchEntryIdsNotDistinct', ['a', 'a']],
    ['InvalidBatchEntryId', ['a:b']],
    ['InvalidBatchEntryId', ['x'.repeat(81)]],
  ])('refuse a whole batch with %s', async (name, ids) => {
    const Entries = ids.map((Id) => ({ Id, ReceiptHandle: 'x' }));
    expect(await errorOf(client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })))).toMatchObject({
      name,
    });
  });

  it('refuse a batch of more than 1 MiB with BatchRequestTooLong', async () => {
    const Entries = Array.from({ length: 5 }, (_, index) => ({
      Id: `${index}`,
      MessageBody: 'x'.repeat(250_000),
      MessageGroupId: 'A',
      MessageDeduplicationId: `${index}`,
    }));
    expect(await errorOf(client.send(new SendMessageBatchCommand({ QueueUrl, Entries })))).toMatchObject({
      name: 'BatchRequestTooLong',
    });
  });

  it('say that a receipt handle of a FIFO queue has expired', async () => {
    await send('A1');
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    clock.advanceSeconds(30);
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    expect(await errorOf(client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })))).toMatchObject({
      message: `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
      Error: { Code: 'InvalidParameterValue' },
    });
    const Entries = [{ Id: '1', ReceiptHandle }];
    const { Failed } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(Failed).toMatchObject([{ Id: '1', Code: 'ReceiptHandleIsInvalid' }]);
  });

  it('are answered to requests that are no requests of the protocol', async () => {
    const post = async (headers: Record<string, string>, body: string) => {
      const response = await fetch(server.endpoint, { method: 'POST', headers, body });
      return [response.status, ((await response.json()) as { __type: string }).__type.split('#')[1]];
    };
    const target = { 'x-amz-target': 'AmazonSQS.SendMessage' };
    expect(await post({}, '{}')).toEqual([404, 'UnknownOperationException']);
    expect(await post({ 'x-amz-target': 'AmazonSQS.__proto__' }, '{}')).toEqual([
      404,
      'UnknownOperationException',
    ]);
    expect(await post(target, '{')).toEqual([400, 'SerializationException']);
    expect(await post(target, '[]')).toEqual([400, 'SerializationException']);
    expect(await post(target, '{}')).toEqual([400, 'MissingRequiredParameterException']);
    expect(await post(target, '{"QueueUrl":1}')).toEqual([400, 'SerializationException']);
    expect(await post({ ...target, origin: 'http://example.com' }, '{}')).toEqual([
      403,
      'AccessDeniedException',
    ]);
    expect(await post(target, ' '.repeat(9 * 1_048_576))).toEqual([413, 'RequestEntityTooLarge']);
  });
});
