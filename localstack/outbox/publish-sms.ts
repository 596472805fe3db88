import type { MessageDraft } from './outbox-message.ts';

/** What SNS refuses with 400 InvalidParameter. */
export class InvalidParameterError extends Error {
  constructor(problem: string) {
    super(`Invalid parameter: ${problem}`);
  }
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const smsMaxCharacters = 1600;
const e164 = /^\+[1-9]\d{1,14}$/;

/** Whether a request in the AWS query protocol is a Publish to a phone number, and so an SMS. */
export function isSms(parameters: URLSearchParams): boolean {
  return parameters.get('Action') === 'Publish' && parameters.has('PhoneNumber');
}

/** @throws InvalidParameterError as SNS does; its message goes into logs and says no more of the number than SNS would. */
export function smsDraftOf(parameters: URLSearchParams): MessageDraft {
  const to = parameters.get('PhoneNumber') ?? '';
  const text = parameters.get('Message') ?? '';
  if (parameters.has('TopicArn') || parameters.has('TargetArn')) {
    throw new InvalidParameterError('Only one of TopicArn, TargetArn and PhoneNumber can be given');
  }
  if (!e164.test(to)) throw new InvalidParameterError('PhoneNumber Reason: it is not valid to publish to');
  if (text === '') throw new InvalidParameterError('Empty message');
  if (text.length > smsMaxCharacters) throw new InvalidParameterError('Message too long');
  return { channel: 'sms', to, from: senderIdOf(parameters) ?? 'SMS', subject: '', text, html: '' };
}

/** `MessageAttributes.entry.1.Name=AWS.SNS.SMS.SenderID&MessageAttributes.entry.1.Value.StringValue=Confab` */
function senderIdOf(parameters: URLSearchParams): string | undefined {
  for (const [name, value] of parameters) {
    const entry = /^(MessageAttributes\.entry\.\d+)\.Name$/.exec(name)?.[1];
    if (entry !== undefined && value === 'AWS.SNS.SMS.SenderID') {
      return parameters.get(`${entry}.Value.StringValue`) ?? undefined;
    }
  }
  return undefined;
}
