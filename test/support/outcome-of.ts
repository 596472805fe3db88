/** How a change of a conversation ended: `done`, `unchanged`, or the code that it was refused with. */
export const outcomeOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    (outcome) => (outcome === 'unchanged' ? 'unchanged' : 'done'),
    ({ code }) => code,
  );
