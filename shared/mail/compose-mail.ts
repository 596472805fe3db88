import { escapeHtml } from '../text-escape.ts';
import type { MailMessage } from './mailer.ts';

/** A paragraph, a code on a line of its own, or a link. */
export type MailBlock = string | { readonly code: string } | { readonly label: string; readonly url: string };

/** RFC 3676 §4.3: mail programs fold or hide what follows. */
const signatureMark = '-- \n';

/**
 * A mail in both forms. Everything is escaped here and nowhere else, so that no template can forget it; there is nothing
 * in the HTML that is loaded from elsewhere.
 */
export function composeMail(subject: string, blocks: readonly MailBlock[]): MailMessage {
  return {
    subject,
    text: [...blocks.map(asText), `${signatureMark}Confab\n`].join('\n\n'),
    html: [
      '<!doctype html>',
      `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
      '<body style="margin:24px;max-width:34em;font:16px/1.5 system-ui,sans-serif">',
      ...blocks.map(asHtml),
      '<p style="color:#666">Confab</p>',
      '</body></html>',
      '',
    ].join('\n'),
  };
}

function asText(block: MailBlock): string {
  if (typeof block === 'string') return block;
  return 'code' in block ? block.code : `${block.label}: ${block.url}`;
}

function asHtml(block: MailBlock): string {
  if (typeof block === 'string') return `<p>${escapeHtml(block)}</p>`;
  if ('code' in block) {
    return `<p style="font:700 28px/1.5 monospace;letter-spacing:.2em">${escapeHtml(block.code)}</p>`;
  }
  return `<p><a href="${escapeHtml(block.url)}">${escapeHtml(block.label)}</a></p>`;
}
