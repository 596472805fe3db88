import { expect, it } from 'vitest';
import { codeIn, plainCode } from './code.ts';

it.each([
  ['123456', '123456'],
  [' 123 456\n', '123456'],
  ['123-456', '123456'],
  ['012345 is your Confab code. It is valid for 10 minutes.', '012345'],
  ['Your code: 654321.', '654321'],
])('finds the code in the pasted %j', (pasted, code) => {
  expect(codeIn(pasted)).toBe(code);
});

it.each(['', '12345', '1234567', 'call +4915112345678', 'abcdef'])('finds none in %j', (pasted) => {
  expect(codeIn(pasted)).toBeUndefined();
});

it('sends a code without what people read it with', () => {
  expect(plainCode(' 123-4 56 ')).toBe('123456');
});
