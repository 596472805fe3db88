import * as z from 'zod/mini';
import type { MessageDraft } from './outbox-message.ts';

/** A request that SES refuses with 400. */
export class SesError extends Error {
  readonly code: 'BadRequestException' | 'MessageRejected' | 'NotFoundException';

  constructor(code: SesError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const content = z.object({ Data: z.string(), Charset: z.optional(z.string()) });
const addresses = z._default(z.array(z.string()), []);
const sendEmailInput = z.object({
  FromEmailAddress: z.optional(z.string()),
  Destination: z._default(
    z.object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses }),
    { ToAddresses: [], CcAddresses: [], BccAddresses: [] },
  ),
  Content: z.object({
    Simple: z.optional(
      z.object({
        Subject: content,
        Body: z.object({ Text: z.optional(content), Html: z.optional(content) }),
      }),
    ),
    Raw: z.optional(z.unknown()),
    Template: z.optional(z.unknown()),
  }),
});

/** Of To, Cc and Bcc together. https://docs.aws.amazon.com/ses/latest/dg/quotas.html */
const recipientsMax = 50;

/**
 * The input of SendEmail as one message for each recipient. Every sender counts as verified.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 * @throws SesError for what SES refuses, and for content that is not Simple.
 */
export function draftsOf(input: unknown): MessageDraft[] {
  const parsed = sendEmailInput.safeParse(input);
  if (!parsed.success) throw badRequest(`Invalid request: ${problemsOf(parsed.error)}`);
  const { FromEmailAddress, Destination, Content } = parsed.data;
  if (Content.Simple === undefined) {
    throw badRequest(
      'The local SES takes Content.Simple only, and neither Content.Raw nor Content.Template.',
    );
  }
  const { Subject, Body } = Content.Simple;
  if (Body.Text === undefined && Body.Html === undefined) throw badRequest('Body must have Text or Html.');
  if (!FromEmailAddress) throw badRequest('FromEmailAddress is missing.');
  checkAddress(FromEmailAddress);
  if (/[\r\n]/.test(Subject.Data)) throw badRequest('Header Subject contains a line break.');
  return recipientsOf(Destination).map((to) => ({
    channel: 'email',
    to: checkAddress(to),
    from: FromEmailAddress,
    subject: Subject.Data,
    text: Body.Text?.Data ?? '',
    html: Body.Html?.Data ?? '',
  }));
}

function recipientsOf(destination: z.infer<typeof sendEmailInput>['Destination']): string[] {
  const { ToAddresses, CcAddresses, BccAddresses } = destination;
  const recipients = [...ToAddresses, ...CcAddresses, ...BccAddresses];
  if (recipients.length === 0) throw badRequest('Destination has no recipients.');
  if (recipients.length > recipientsMax) throw badRequest(`Recipient count exceeds ${recipientsMax}.`);
  return recipients;
}

/** The bare address of `Name <address>`. What it holds is not said in errors, which end in logs. */
function checkAddress(text: string): string {
  const address = /^[^<>]*<([^<>]*)>\s*$/.exec(text)?.[1] ?? text.trim();
  const at = address.lastIndexOf('@');
  if (/[\r\n]/.test(text) || /\s/.test(address)) {
    throw badRequest('Local address contains control or whitespace');
  }
  if (at < 0) throw badRequest("Missing final '@domain'");
  if (at === 0) throw badRequest('Missing local name');
  if (at === address.length - 1) throw badRequest('Missing domain');
  if (/[^!-~]/.test(address)) throw badRequest('Address contains non-ASCII characters');
  if (!/^[A-Za-z0-9.-]+$/.test(address.slice(at + 1))) {
    throw badRequest('Domain contains illegal character');
  }
  return address;
}

function badRequest(message: string): SesError {
  return new SesError('BadRequestException', message);
}

/** Where the input is wrong, not what stands there. */
function problemsOf({ issues }: z.core.$ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
