import { describe, expect, it } from 'vitest';
import { hiddenTarget, linkHref } from './link-target.ts';

describe('an address in a message', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['HTTP://EXAMPLE.com/A', 'http://example.com/A'],
    ['mailto:ada@example.com', 'mailto:ada@example.com'],
  ])('%s can be followed', (address, href) => {
    expect(linkHref(address)).toBe(href);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' java\nscript:alert(1)',
    'vbscript:x',
    'data:text/html,<b>x',
    'file:///etc/passwd',
    'blob:https://example.com/x',
    'ftp://example.com',
    'tel:110',
    '//example.com',
    '/settings',
    '#top',
    'https://',
    'https://[bad',
    '',
  ])('%j cannot', (address) => {
    expect(linkHref(address)).toBeUndefined();
  });
});

describe('the text of a link', () => {
  it.each([
    ['the docs', 'https://example.com/'],
    ['example.com', 'https://www.example.com/a'],
    ['https://www.example.com/README.md', 'https://example.com/README.md'],
    ['See Example.COM.', 'https://example.com/'],
    ['ada@example.com', 'mailto:ada@example.com'],
    ['version 1.2', 'https://example.com/'],
  ])('%j is honest about %s', (text, href) => {
    expect(hiddenTarget(text, href)).toBeUndefined();
  });

  it.each([
    ['bank.com', 'https://evil.example/', 'evil.example'],
    ['https://bank.com/login', 'https://evil.example:8443/', 'evil.example:8443'],
    ['Go to www.bank.com now', 'https://evil.example/', 'evil.example'],
    ['bank\u200B.com', 'https://evil.example/', 'evil.example'],
    ['bank．com', 'https://evil.example/', 'evil.example'],
    ['bank。com', 'https://evil.example/', 'evil.example'],
    ['\u202Emoc.knab', 'https://evil.example/', 'evil.example'],
    ['bank.com', 'https://bank.com.evil.example/', 'bank.com.evil.example'],
    ['10.0.0.1', 'https://evil.example/', 'evil.example'],
    ['https://bank.com@evil.example/', 'https://bank.com@evil.example/', 'evil.example'],
    ['the bank', 'https://bank.com:443@evil.example/', 'evil.example'],
    ['help@bank.com', 'mailto:thief@evil.example', 'thief@evil.example'],
    ['help@bank.com', 'mailto:help@bank.com?cc=thief@evil.example', 'help@bank.com'],
    ['help@bank.com', 'mailto:t@evil.example,help@bank.com', 't@evil.example,help@bank.com'],
    ['https://bаnk.com', 'https://bаnk.com/', 'xn--bnk-6cd.com'],
  ])('%j does not hide that it leads to %s', (text, href, target) => {
    expect(hiddenTarget(text, href)).toBe(target);
  });

  it('may be long and almost a host all over', () => {
    const text = 'a.'.repeat(4_000);
    expect(hiddenTarget(text, 'https://example.com/')).toBeUndefined();
  });
});
