import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../text.ts';
import { mailbox } from './mailbox.ts';

const anyCharacter = fc.integer({ min: 0x21, max: 0xffff }).map((code) => String.fromCodePoint(code));

describe('the mailbox of an address', () => {
  it.each([
    ['anna@example.org', 'anna@example.org'],
    ['Anna.Lee+chat@Mail.Example.ORG', 'anna.lee+chat@mail.example.org'],
    ['grete@bücher.example', 'grete@xn--bcher-kva.example'],
    ['1@2.example', '1@2.example'],
  ])('%s is %s', (address, expected) => {
    expect(mailbox(address)).toBe(expected);
  });

  it('follows from the folded address, so that addresses which count as one have one', () => {
    expect(mailbox('\u212Aim@example.org')).toBe('kim@example.org');
    expect(mailbox('ａｎｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ')).toBe('anna@example.org');
    fc.assert(
      fc.property(
        fc.string({ unit: anyCharacter, maxLength: 12 }),
        fc.string({ unit: anyCharacter, maxLength: 12 }),
        (a, b) => {
          const address = `${a}@${b}.org`;
          expect(mailbox(address)).toBe(mailbox(foldCase(address)));
        },
      ),
    );
  });

  it.each([
    ['a name in front', 'x<anna@example.org>'],
    ['a comment', '(x)anna@example.org'],
    ['a quoted name', '"x"@example.org'],
    ['two addresses', 'anna@example.org,ben@example.org'],
    ['two addresses in one', 'anna@example.org@example.com'],
    ['a second @ that only folds to one', 'anna﹫example.org@example.com'],
    ['a comma that only folds to one', 'anna，ben@example.org'],
    ['a line break', 'anna@example.org\r\nBcc: ben@example.org'],
    ['its domain written as bytes', 'anna@ex%61mple.org'],
    ['its domain in Punycode, which is another spelling', 'grete@xn--bcher-kva.example'],
    ['something invisible in the domain', 'anna@exam\u00adple.org'],
    ['a variation selector in the domain', 'anna@exa\ufe0fmple.org'],
    ['a path', 'anna@example.org/x'],
    ['a port', 'anna@example.org:25'],
    ['an IP address', 'anna@127.0.0.1'],
    ['an IP address in brackets', 'anna@[127.0.0.1]'],
    ['a dot at the end', 'anna@example.org.'],
    ['a host without a domain', 'anna@localhost'],
    ['letters that no mail server here takes', 'änna@example.org'],
    ['nothing before the @', '@example.org'],
    ['too much before the @', `${'a'.repeat(65)}@example.org`],
    ['no @', 'example.org'],
    ['nothing', ''],
  ])('is none with %s', (_, address) => {
    expect(mailbox(address)).toBeUndefined();
  });

  it('is the one of a single address', () => {
    const text = fc.string({
      unit: fc.constantFrom(...Array.from('aAäK\u212A.-%@<>()",; \u00ad\ufe0f﹫。ßéx1')),
      maxLength: 10,
    });
    fc.assert(
      fc.property(text, text, (local, domain) => {
        const address = `${local}@${domain}.org`;
        const box = mailbox(address);
        if (box !== undefined) expect(mailbox(box) ?? foldCase(address)).toBe(foldCase(address));
      }),
    );
  });
});
