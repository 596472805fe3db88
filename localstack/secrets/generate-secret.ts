import type { SecretGenerator } from '../template/cloud-plan.ts';

const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * A text as GetRandomPassword makes it, with a character of each kind that is not excluded. `randomInt(n)` answers
 * 0 ≤ x < n and must be cryptographically strong.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
 * @throws Error when everything is excluded or the length leaves no room.
 */
export function generateSecret(generator: SecretGenerator, randomInt: (below: number) => number): string {
  const text = randomText(generator, randomInt);
  const { template } = generator;
  if (template === undefined) return text;
  const fields: unknown = JSON.parse(template.json);
  if (typeof fields !== 'object' || fields === null)
    throw new Error('SecretStringTemplate is no JSON object');
  return JSON.stringify({ ...fields, [template.key]: text });
}

function randomText(generator: SecretGenerator, randomInt: (below: number) => number): string {
  const { length, excludeCharacters } = generator;
  const kinds = [
    generator.excludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    generator.excludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    generator.excludeNumbers ? '' : '0123456789',
    generator.excludePunctuation ? '' : punctuation,
    generator.includeSpace ? ' ' : '',
  ]
    .map((kind) => kind.split('').filter((character) => !excludeCharacters.includes(character)))
    .filter((kind) => kind.length > 0);
  if (kinds.length === 0 || length < kinds.length) {
    throw new Error(`No secret of ${length} characters can be made of ${kinds.length} kinds of characters`);
  }
  const all = kinds.flat();
  const pick = (from: readonly string[]): string => from[randomInt(from.length)] ?? '';
  const picked = kinds.map(pick);
  while (picked.length < length) picked.push(pick(all));
  return shuffle(picked, randomInt).join('');
}

function shuffle(items: string[], randomInt: (below: number) => number): string[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] ?? '', items[last] ?? ''];
  }
  return items;
}
