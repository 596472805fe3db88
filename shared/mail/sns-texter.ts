import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { sendFailure } from './send-failure.ts';
import type { Texter } from './texter.ts';

/** SNS answers so when the number is none, or cannot be reached from here. */
const numberErrors = new Set([
  'InvalidParameterException',
  'InvalidParameterValueException',
  'InvalidParameter',
  'ParameterValueInvalid',
  'OptedOutException',
]);

/** https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html */
export function snsTexter(client: SNSClient): Texter {
  return {
    async send(to, text) {
      try {
        await client.send(
          new PublishCommand({
            PhoneNumber: to,
            Message: text,
            MessageAttributes: {
              // The reliable kind: the other one may be held back, and a code does not wait.
              'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
            },
          }),
        );
        return 'sent';
      } catch (error) {
        const failure = sendFailure('SNS did not take an SMS', error);
        if (numberErrors.has(failure.reason)) return 'undeliverable';
        throw failure;
      }
    },
  };
}
