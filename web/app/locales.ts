/** What can be chosen in the profile, each with its value and its name. */
export interface Choice {
  readonly value: string;
  readonly name: string;
}

const commonLanguages = [
  'ar bg bn ca cs da de de-AT de-CH el en-AU en-CA en-GB en-IN en-US es es-MX et fa fi fr fr-CA he hi hr hu id it ja',
  'ko lt lv ms nb nl pl pt-BR pt-PT ro ru sk sl sr sv sw ta th tr uk ur vi zh-Hans zh-Hant',
]
  .join(' ')
  .split(' ');

/** Languages with their own names, those of this browser and the chosen one first. */
export function languages(chosen: string | null, preferred: readonly string[]): Choice[] {
  const first = chosen === null ? preferred : [chosen, ...preferred];
  return [...new Set([...first, ...commonLanguages])].map((value) => ({ value, name: languageName(value) }));
}

/** In the language itself: whoever looks for it may not read the page's. */
function languageName(tag: string): string {
  try {
    const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    return tag;
  }
}

/** Every time zone that this browser knows, and the chosen one. */
export function timeZones(chosen: string | null): Choice[] {
  const known = Intl.supportedValuesOf('timeZone');
  const all = chosen === null || known.includes(chosen) ? known : [chosen, ...known];
  return all.map((value) => ({ value, name: value.replaceAll('_', ' ') }));
}
