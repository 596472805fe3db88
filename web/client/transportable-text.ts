import { messageContent, optionalContent } from '../../events/client-frames.ts';

/**
 * The text as it can be sent. Control characters and halves of surrogate pairs come with pasted text, show as nothing
 * and cannot travel, so they are left out; line breaks and tabs stay. Throws RangeError for an empty or too long text;
 * empty it may be where there is something else to send.
 */
export function transportableText(text: string, { mayBeEmpty = false } = {}): string {
  const parsed = (mayBeEmpty ? optionalContent : messageContent).safeParse(
    text
      .replace(/(?![\n\t])[\p{Cc}\uFFFE\uFFFF]/gu, '')
      .toWellFormed()
      .trim(),
  );
  if (!parsed.success) throw new RangeError(parsed.error.issues[0]?.message ?? 'The text cannot be sent');
  return parsed.data;
}
