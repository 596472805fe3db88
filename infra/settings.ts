/** What `-c key=value` may say about a deployment, parsed once. */
import * as z from 'zod/mini';

z.config(z.locales.en());

/** The CLI passes every `-c` value as a string; cdk.json may hold a real boolean. */
const flag = z.pipe(
  z.union([z.boolean(), z.enum(['true', 'false'])]),
  z.transform((value) => value === true || value === 'true'),
);

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
  /**
   * wss://…/stage as clients reach it, where that is not the API's own endpoint: an emulator, a custom domain. An
   * emulator's path holds the id that the API gets on creation; `{apiId}` stands for it.
   */
  webSocketUrl: z.optional(
    z.string().check(z.regex(/^wss?:\/\/[^\s;,?#]+[^/\s;,?#]$/, 'wss://host/path, no query')),
  ),
  /** Is mailed when an alarm goes off; without it the alarms only show in CloudWatch. */
  alarmEmail: z.optional(z.email()),
});

export type Settings = z.infer<typeof contextSchema>;

/** @throws Error that names the context key, its value and what was expected of it. */
export function parseSettings(context: (key: keyof Settings) => unknown): Settings {
  const keys = ['stage', 'production', 'emulator', 'webSocketUrl', 'alarmEmail'] as const;
  const given = Object.fromEntries(keys.map((key) => [key, context(key)]));
  const parsed = contextSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const key = String(issue.path[0]);
    return `-c ${key}=${JSON.stringify(given[key])}: ${issue.message}`;
  });
  throw new Error(problems.join('\n'));
}
