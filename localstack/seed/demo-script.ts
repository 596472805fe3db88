export const demoPassword = 'correct horse battery';

export const demoPeople = [
  { handle: 'ada', displayName: 'Ada Lovelace' },
  { handle: 'grace', displayName: 'Grace Hopper' },
  { handle: 'linus', displayName: 'Linus Pauling' },
] as const;

export const demoEmail = ({ handle }: { readonly handle: string }) => `${handle}@example.com`;

export type DemoHandle = (typeof demoPeople)[number]['handle'];

interface Line {
  readonly by: DemoHandle;
  readonly text: string;
}

export const directTalk: readonly Line[] = [
  { by: 'ada', text: 'Grace, is the compiler done?' },
  { by: 'grace', text: 'It compiles itself since this morning.' },
  { by: 'ada', text: 'Then it has more patience than my engine.' },
  { by: 'grace', text: 'And fewer moths.' },
];

export const groupTitle = 'Analytical engines';

export const groupTalk: readonly Line[] = [
  { by: 'ada', text: 'Welcome. Here we talk about machines that weave algebra.' },
  { by: 'linus', text: 'I came for the crystals, but algebra will do.' },
  { by: 'grace', text: 'Bring your own nanosecond: mine is 30 cm long.' },
  { by: 'linus', text: 'May I keep it?' },
  { by: 'grace', text: 'Everybody may. I have a bag of them.' },
  { by: 'ada', text: 'Shall we meet on Friday?' },
  { by: 'grace', text: 'Friday at three.' },
  { by: 'linus', text: 'I shall bring oranges.' },
];
