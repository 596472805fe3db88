import { createHash } from 'node:crypto';
import type { OutboxMessage } from './outbox-message.ts';

const refreshSeconds = 3;

const style = `
:root { color-scheme: light dark; --line: #d5d9df; --soft: #525b68; --card: #fff; --page: #f4f5f7; --ink: #16191d; --link: #0b57d0; }
@media (prefers-color-scheme: dark) {
  :root { --line: #363c45; --soft: #a4adba; --card: #1d2126; --page: #14171a; --ink: #e8eaed; --link: #8ab4f8; }
}
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1.25rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0; }
a { color: var(--link); }
header p { margin: 0; color: var(--soft); flex-basis: 100%; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.25rem; margin-top: 1rem; overflow-wrap: anywhere; }
article p { margin: .25rem 0; }
.facts { color: var(--soft); font-size: .9rem; }
.code { font: 600 2.25rem/1.3 ui-monospace, monospace; letter-spacing: .15em; user-select: all; }
.text { white-space: pre-wrap; margin-top: .75rem; }
`;

/** Nothing runs and nothing is loaded: what a message says is somebody else's text. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** The page for people: messages come oldest first, and it shows the newest first. */
export function outboxPage(messages: readonly OutboxMessage[], isRefreshing: boolean): string {
  const empty = '<p>Nothing has been sent yet.</p>';
  const refresh = isRefreshing ? `<meta http-equiv="refresh" content="${refreshSeconds}">` : '';
  const other = isRefreshing
    ? '<a href="/_outbox">Stop refreshing</a>'
    : `<a href="/_outbox?refresh=1">Refresh every ${refreshSeconds} seconds</a>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outbox · Confab</title>
<link rel="icon" href="data:,">
${refresh}
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>Outbox</h1>
<a href="${isRefreshing ? '/_outbox?refresh=1' : '/_outbox'}">Refresh</a>
${other}
<p>Mail and SMS that this Confab has sent. They stay on this machine.</p>
</header>
${messages.length === 0 ? empty : messages.toReversed().map(article).join('\n')}
</main>
</body>
</html>
`;
}

function article({ id, channel, to, from, subject, text, html, sent_at, code }: OutboxMessage): string {
  const title = channel === 'sms' ? 'SMS' : escapeHtml(subject) || '(no subject)';
  const time = `${sent_at.slice(0, 10)} ${sent_at.slice(11, 19)} UTC`;
  const shown = text === '' && html !== '' ? 'This mail has no text, only HTML.' : text;
  return `<article aria-labelledby="m-${escapeHtml(id)}">
<h2 id="m-${escapeHtml(id)}">${title}</h2>
<p class="facts">To ${escapeHtml(to)} · from ${escapeHtml(from)} · <time datetime="${escapeHtml(sent_at)}">${escapeHtml(time)}</time></p>
${code === undefined ? '' : `<p class="code">${escapeHtml(code)}</p>`}
<p class="text">${withLinks(shown)}</p>
</article>`;
}

/** Addresses of the web become links, everything is escaped. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) => (index % 2 === 0 ? escapeHtml(part) : linkTo(part)))
    .join('');
}

function linkTo(address: string): string {
  const escaped = escapeHtml(address);
  return `<a href="${escaped}" rel="noreferrer">${escaped}</a>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
