/** What `-c key=value` may say about a deployment, parsed once. */
import * as z from 'zod/mini';

z.config(z.locales.en());

/** The CLI passes every `-c` value as a string; cdk.json may hold a real boolean. */
const flag = z.pipe(
  z.union([z.boolean(), z.enum(['true', 'false'])]),
  z.transform((value) => value === true || value === 'true'),
);

/** A number, from the command line a string of digits. */
const number = z.pipe(z.union([z.number(), z.string().check(z.regex(/^\d+(\.\d+)?$/))]), z.transform(Number));

/** What a browser sends as `Origin`: scheme, host and port, no path. */
const origin = z
  .string()
  .check(z.refine((value) => isOrigin(value), { error: 'https://host or http://host:port, no path' }));

const address = String.raw`[\w.!#$%&'*+/=?^{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+`;
/** A name of letters, digits and blanks needs no quoting in a mail's head. */
const sender = new RegExp(`^(?:${address}|[A-Za-z0-9][\\w .'-]{0,63} <${address}>)$`);

const contextSchema = z.object({
  /** Part of the stack names, so that several deployments share one account. */
  stage: z._default(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,19}$/, 'lower-case letters, digits and - only, 20 at most')),
    'dev',
  ),
  /** Deletion protection on tables, termination protection on the stack that holds them. */
  production: z._default(flag, false),
  /** Leaves out what the named emulator cannot provision. */
  emulator: z.optional(z.enum(['ministack'])),
  /** false: no CloudFront and no page, only the APIs; for emulators, and for those who bring a front of their own. */
  site: z._default(flag, true),
  /**
   * wss://…/stage as clients reach it, where that is not the API's own endpoint: an emulator, a custom domain. An
   * emulator's path holds the id that the API gets on creation; `{apiId}` stands for it.
   */
  webSocketUrl: z.optional(
    z.string().check(z.regex(/^wss?:\/\/[^\s;,?#]+[^/\s;,?#]$/, 'wss://host/path, no query')),
  ),
  /**
   * Where people open the page, if not at CloudFront's own name: a custom domain. `{httpApiUrl}` stands for the HTTP
   * API's endpoint, which serves the page on a laptop.
   */
  webUrl: z.optional(z.union([z.literal('{httpApiUrl}'), origin])),
  /** Other pages that may open a socket: origins, separated by commas. */
  allowedOrigins: z._default(
    z.pipe(
      z.string(),
      z.pipe(
        z.transform((text: string) => text.split(',').map((one) => one.trim())),
        z.array(origin),
      ),
    ),
    [],
  ),
  /**
   * Addresses of those who may use the admin routes, separated by commas; nobody may unless told. One counts once its owner
   * has proven it by a code.
   */
  adminEmails: z._default(
    z.pipe(
      z.string(),
      z.pipe(
        z.transform((text: string) => text.split(',').map((one) => one.trim())),
        z.array(z.email()),
      ),
    ),
    [],
  ),
  /** A person's connection beyond this many closes their oldest one. */
  connectionsPerUser: z._default(z.pipe(number, z.int().check(z.gte(1), z.lte(100))), 20),
  /** `Name <address>` or an address that codes and notices come from; without it no mail is sent. */
  mailFrom: z.optional(z.string().check(z.regex(sender, 'an address, or Name <address>'))),
  /**
   * What SES is to verify: the `domain` of mailFrom by DNS records, or its `address` by a mail to it. `existing`: the
   * account has verified one of them already, by another stage for example.
   */
  mailIdentity: z._default(z.enum(['domain', 'address', 'existing']), 'domain'),
  /** Where webhooks may be delivered to: `any` lets them reach private networks and plain http, for a laptop. */
  webhookTargets: z._default(z.enum(['public', 'any']), 'public'),
  /** A connection of this age is told to come back by a new one; API Gateway ends it after 120. */
  reconnectAfterMinutes: z._default(z.pipe(number, z.number().check(z.gt(0), z.lte(115))), 100),
  /** An alarm goes off when the SMS of a month have cost more than this. */
  smsMonthlyBudgetUsd: z._default(z.pipe(number, z.number().check(z.gt(0))), 20),
  /** Is mailed when an alarm goes off; without it the alarms only show in CloudWatch. */
  alarmEmail: z.optional(z.email()),
});

export type Settings = z.infer<typeof contextSchema>;

const keys = Object.keys(contextSchema.shape) as (keyof Settings)[];

/** @throws Error that names the context key, its value and what was expected of it. */
export function parseSettings(context: (key: keyof Settings) => unknown): Settings {
  const given = Object.fromEntries(keys.map((key) => [key, context(key)]));
  const parsed = contextSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const key = String(issue.path[0]);
    return `-c ${key}=${JSON.stringify(given[key])}: ${issue.message}`;
  });
  throw new Error(problems.join('\n'));
}

/** MiniStack 1.4 has no CloudFront origin access control and no response headers policies. */
export function hasSite({ site, emulator }: Settings): boolean {
  return site && emulator === undefined;
}

function isOrigin(value: string): boolean {
  if (value.includes('*') || !URL.canParse(value)) return false;
  const { origin: own, protocol } = new URL(value);
  return value === own && (protocol === 'https:' || protocol === 'http:');
}
