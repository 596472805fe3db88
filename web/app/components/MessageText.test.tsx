import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PersonView } from '../../../events/server-frames.ts';
import { ada, grace } from '../../client/testing/test-client.ts';
import { MessageText } from './MessageText.tsx';

const people: PersonView[] = [
  { user_id: ada, handle: 'ada', display_name: 'Ada Lovelace' },
  { user_id: grace, handle: 'grace.h', display_name: 'Grace "Amazing" Hopper' },
];

/** What stands in the element of the message. */
function html(text: string, mentioned: PersonView[] = [], myId?: string): string {
  const markup = renderToStaticMarkup(<MessageText text={text} mentioned={mentioned} myId={myId} />);
  return markup.replace(/^<div class="message-text">(.*)<\/div>$/s, '$1');
}

const p = (content: string) => `<p dir="auto">${content}</p>`;
const a = (href: string, content: string, suffix = '') =>
  `<a href="${href}" title="${href}" target="_blank" rel="noopener noreferrer nofollow"><bdi>${content}</bdi>${suffix}</a>`;

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('marks', () => {
  it.each([
    ['**bold** __too__', p('<strong>bold</strong> <strong>too</strong>')],
    ['*italic* _too_', p('<em>italic</em> <em>too</em>')],
    ['~~gone~~', p('<s>gone</s>')],
    ['`a * b * c`', p('<code dir="auto">a * b * c</code>')],
    ['one\ntwo', p('one\ntwo')],
    ['one\n\ntwo', p('one') + p('two')],
    ['> said\n> so', `<blockquote dir="auto">${p('said\nso')}</blockquote>`],
    ['- a\n- b', '<ul dir="auto"><li dir="auto">a</li><li dir="auto">b</li></ul>'],
    ['7. a\n8. b', '<ol start="7" dir="auto"><li dir="auto">a</li><li dir="auto">b</li></ol>'],
  ])('%j', (text, markup) => {
    expect(html(text)).toBe(markup);
  });
});

describe('code', () => {
  it('in a block keeps its lines, says its language, and can be reached and copied', () => {
    vi.stubGlobal('navigator', { clipboard: {} });
    const markup = html('```ts\nif (a < b)\n  **c**\n```');
    expect(markup).toContain('<bdi>ts</bdi>');
    expect(markup).toContain('>Copy<span class="visually-hidden"> code</span></button>');
    expect(markup).toContain(
      '<pre tabindex="0" role="group" aria-label="Code, ts" dir="ltr"><code>if (a &lt; b)\n  **c**</code></pre>',
    );
  });

  it('cannot be copied where the browser does not allow it', () => {
    vi.stubGlobal('navigator', {});
    expect(html('```\nx\n```')).not.toContain('<button');
  });
});

describe('links', () => {
  it.each([
    ['[docs](https://example.com/a)', a('https://example.com/a', 'docs')],
    ['[*docs*](mailto:a@example.com)', a('mailto:a@example.com', '<em>docs</em>')],
    ['<https://example.com/>', a('https://example.com/', 'https://example.com/')],
    [
      'https://example.com/__init__/*x*/y',
      a('https://example.com/__init__/*x*/y', 'https://example.com/__init__/*x*/y'),
    ],
    ['https://example.com/a_(b)', a('https://example.com/a_(b)', 'https://example.com/a_(b)')],
    ['(https://example.com/a).', `(${a('https://example.com/a', 'https://example.com/a')}).`],
    ['https://example.com/…', `${a('https://example.com/', 'https://example.com/')}…`],
    ['HTTPS://EXAMPLE.COM', a('https://example.com/', 'HTTPS://EXAMPLE.COM')],
    ['[](https://example.com/)', a('https://example.com/', 'https://example.com/')],
    ['![cat](https://example.com/cat.png)', a('https://example.com/cat.png', 'cat')],
    ['[![cat](https://x.example/cat.png)](https://example.com/)', a('https://example.com/', 'cat')],
    ['README.md, www.example.com, a@example.com', 'README.md, www.example.com, a@example.com'],
    ['xhttps://example.com', 'xhttps://example.com'],
  ])('%s', (text, markup) => {
    expect(html(text)).toBe(p(markup));
  });

  it('show their host if their text names another one', () => {
    const suffix = '<bdi class="link-target"> (evil.example)</bdi>';
    expect(html('[bank.com](https://evil.example/)')).toBe(p(a('https://evil.example/', 'bank.com', suffix)));
    const split = '[**bank**`.com`](https://evil.example/)';
    expect(html(split)).toContain(suffix);
  });
});

describe('what would run a script or load something', () => {
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror="alert(1)">',
    '<svg/onload=alert(1)>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    '<!--><img src=x onerror=alert(1)>-->',
    'a <b onmouseover="alert(1)">b</b>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](<java\tscript:alert(1)>)',
    '[x](jav&#x61;script:alert(1))',
    '[x](javascript&colon;alert(1))',
    '[x](\u0001javascript:alert(1))',
    '[x](vbscript:msgbox(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](file:///etc/passwd)',
    '[x](//evil.example)',
    '[x](/settings)',
    '![x](javascript:alert(1))',
    '![x](data:image/svg+xml,<svg/onload=alert(1)>)',
    '<javascript:alert(1)>',
    'javascript:alert(1)',
    '[x]: javascript:alert(1)\n[x]',
    '`<img src=x onerror=alert(1)>`',
    '```html\n<img src=x onerror=alert(1)>\n```',
    '```"><img/src=x/onerror=alert(1)>\nx\n```',
  ])('%j makes neither an element nor a link of its own', (text) => {
    const elements = html(text).matchAll(/<(\w+)([^>]*)>/g);
    for (const [, name, attributes] of elements) {
      expect(['p', 'code', 'pre', 'div', 'bdi']).toContain(name);
      expect(attributes).not.toMatch(/\s(?:href|src|on\w+)=/);
    }
  });

  it('in an address stays in its attribute', () => {
    const markup = html(
      '[x](https://example.com/"onmouseover="alert(1)) [y](https://example.com "t\\" onclick=1")',
    );
    expect(markup).not.toMatch(/"\s*on\w+=/);
    expect(markup).toContain('href="https://example.com/%22onmouseover=%22alert(1)"');
  });
});

describe('names', () => {
  const name = (handle: string, title: string, me = '') =>
    `<bdi class="mention"${me} title="${title}">@${handle}</bdi>`;

  it('stand out, also inside other marks, and one’s own more', () => {
    expect(html('**hi @ada**', people)).toContain(`<strong><span>hi ${name('ada', 'Ada Lovelace')}</span>`);
    expect(html('- @ada', people, ada)).toContain(name('ada', 'Ada Lovelace', ' data-me="true"'));
    expect(html('> @grace.h.', people)).toContain(name('grace.h', 'Grace &quot;Amazing&quot; Hopper'));
  });

  it.each(['`@ada`', '```\n@ada\n```', '[@ada](https://example.com)', 'https://example.com/@ada', '@adam'])(
    'are not found in %j',
    (text) => {
      expect(html(text, people)).not.toContain('mention');
    },
  );

  it('are those of the message only', () => {
    expect(html('@ada @grace.h', people.slice(0, 1))).not.toContain('Grace');
  });
});

it('keeps a text that turns the direction inside a block of its own', () => {
  expect(html('\u202Eevil [\u202Ea](https://example.com/)')).toBe(
    p(`\u202Eevil ${a('https://example.com/', '\u202Ea')}`),
  );
});
