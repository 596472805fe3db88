import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { snsTexter } from './sns-texter.ts';

const client = new SNSClient({ region: 'eu-central-1' });
const sns = mockClient(client);
beforeEach(() => {
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm' });
});

const texter = snsTexter(client);
const number = '+4915112345678';

function refuse(name: string) {
  sns.on(PublishCommand).rejects(Object.assign(new Error(`${number} is not valid`), { name }));
}

describe('the SNS texter', () => {
  it('sends the text to the number, as one that does not wait', async () => {
    expect(await texter.send(number, 'Confab code: 012345.')).toBe('sent');
    expect(sns.commandCalls(PublishCommand).map((call) => call.args[0].input)).toEqual([
      {
        PhoneNumber: number,
        Message: 'Confab code: 012345.',
        MessageAttributes: {
          'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
        },
      },
    ]);
  });

  it.each(['InvalidParameterException', 'InvalidParameterValueException', 'OptedOutException'])(
    'gives up on a number after %s',
    async (name) => {
      refuse(name);
      expect(await texter.send(number, 'text')).toBe('undeliverable');
    },
  );

  it.each(['ThrottledException', 'InternalErrorException', 'AuthorizationErrorException', 'TimeoutError'])(
    'throws on %s, and names nobody',
    async (name) => {
      refuse(name);
      const failure: unknown = await texter.send(number, 'text').catch((error: unknown) => error);
      expect(String(failure)).toBe(`SendFailure: SNS did not take an SMS: ${name} (request unknown)`);
    },
  );
});
