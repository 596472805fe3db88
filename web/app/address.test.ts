import { expect, it } from 'vitest';
import { parseAddress, parsePhone } from './address.ts';

it.each([
  ['ada@example.com', { email: 'ada@example.com' }],
  ['  Ada@Example.com ', { email: 'Ada@Example.com' }],
  ['+4915112345678', { phone: '+4915112345678' }],
  ['+49 (151) 123-456.78', { phone: '+4915112345678' }],
  ['0049 151 12345678', { phone: '+4915112345678' }],
])('takes %j', (typed, address) => {
  expect(parseAddress(typed)).toEqual(address);
});

it.each(['', 'ada', 'ada@', 'a b@example.com', '0151 12345678', '+0151123456', '+49', '+49151123456789012'])(
  'does not guess what %j may mean',
  (typed) => {
    expect(parseAddress(typed)).toBeUndefined();
  },
);

it('takes no e-mail address for a phone number', () => {
  expect(parsePhone('ada@example.com')).toBeUndefined();
});
