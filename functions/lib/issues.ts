import type * as z from 'zod/mini';

/** What a schema found wrong, in words for the caller: each field and why, the first five. */
export function describeIssues(error: z.core.$ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || 'body'}: ${issue.message}`)
    .join('; ');
}
