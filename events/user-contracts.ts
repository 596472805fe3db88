/** People and one's own profile. Bodies of the HTTP API, snake_case. */
import * as z from 'zod/mini';
import { limits } from '../shared/limits.ts';
import { userId } from './client-frames.ts';
import { displayName, handle, wellFormed } from './fields.ts';
import { personView } from './server-frames.ts';

/** What the owner of an account sees of it. */
export const me = z.extend(personView, {
  email: z.string(),
  email_verified: z.boolean(),
  phone: z.nullable(z.string()),
  /** A BCP 47 tag. */
  locale: z.nullable(z.string()),
  /** A name of the IANA time zone database. */
  time_zone: z.nullable(z.string()),
  created_at: z.string(),
  /** What others may see of what one does. */
  privacy: z._default(
    z.object({
      /** Others see how far one has read; one sees how far they have. */
      read_receipts: z.boolean(),
      /** Others see when one types. */
      typing: z.boolean(),
      /** Others see whether one is there, and when one was last. */
      presence: z.boolean(),
    }),
    { read_receipts: true, typing: true, presence: true },
  ),
});

/** Whether the runtime knows it is asked where it is used, so that a client's own list decides nothing. */
const accepted = (check: (text: string) => unknown, message: string) =>
  z.refine<string>((text) => {
    try {
      check(text);
      return true;
    } catch {
      return false;
    }
  }, message);

const locale = z.string().check(
  z.maxLength(35),
  accepted((tag) => new Intl.Locale(tag), 'must be a BCP 47 tag like de-AT'),
);
const timeZone = z.string().check(
  z.maxLength(64),
  accepted(
    (zone) => new Intl.DateTimeFormat('en', { timeZone: zone }),
    'must be a time zone like Europe/Vienna',
  ),
);
const avatar = z
  .string()
  .check(z.maxLength(limits.avatarMaxChars), z.regex(/^[\w:.-]+$/, 'must be the id of an attachment'));

/** Null removes; what is left out stays. */
export const updateMeRequest = z
  .object({
    display_name: z.optional(displayName),
    handle: z.optional(handle),
    avatar: z.optional(z.nullable(avatar)),
    locale: z.optional(z.nullable(locale)),
    time_zone: z.optional(z.nullable(timeZone)),
    privacy: z.optional(
      z.object({
        read_receipts: z.optional(z.boolean()),
        typing: z.optional(z.boolean()),
        presence: z.optional(z.boolean()),
      }),
    ),
  })
  .check(
    z.refine((changes) => Object.values(changes).some((value) => value !== undefined), 'changes nothing'),
  );

export const findUsersQuery = z.object({
  query: z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.userSearchQueryMaxChars), wellFormed),
});
export const personResponse = personView;
export const usersResponse = z.object({ users: z.array(personView) });
export const blocksResponse = z.object({ users: z.array(personView) });

export const exportQuery = z.object({ cursor: z.optional(z.string().check(z.maxLength(256))) });
/**
 * One page of everything that is kept about a person. The first page has the account; each has messages that the person
 * wrote, conversation by conversation; the last one has no `next_cursor`.
 */
export const exportResponse = z.object({
  account: z.optional(
    z.object({
      user: me,
      sessions: z.array(z.record(z.string(), z.unknown())),
      blocked: z.array(userId),
      second_factor: z.boolean(),
      exported_at: z.string(),
    }),
  ),
  messages: z.array(
    z.object({
      convo_id: z.string(),
      server_msg_id: z.string(),
      seq_no: z.int(),
      content: z.string(),
      created_at: z.string(),
    }),
  ),
  next_cursor: z.nullable(z.string()),
});

export type Me = z.infer<typeof me>;
export type UpdateMeRequest = z.infer<typeof updateMeRequest>;
export type ExportResponse = z.infer<typeof exportResponse>;
