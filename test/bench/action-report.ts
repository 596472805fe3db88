import type { ActionCost } from './action-cost.ts';
import { table } from './report-table.ts';

/** One line per action. */
export function renderActions(costs: readonly ActionCost[]): string[] {
  return [
    'Each action in a group of five who are all connected, with what follows from it, measured at the calls of the functions:',
    ...table([
      ['', 'write units', 'read units', 'frames out', 'invocations', '$ per million', 'calls'],
      ...costs.map((cost) => [
        cost.name,
        ...[cost.writeUnits, cost.readUnits, cost.framesOut, cost.invocations].map((value) =>
          value.toFixed(1),
        ),
        cost.dollarsPerMillion.toFixed(2),
        callsOf(cost),
      ]),
    ]),
    'Dollars are computed from list prices (test/bench/prices.ts) and assumed durations on AWS.',
  ];
}

/** `GetItem 2, UpdateItem 1`; pushes stand in a column of their own. */
function callsOf({ calls }: ActionCost): string {
  return Object.entries(calls)
    .filter(([call]) => !call.endsWith(' PostToConnection'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([call, count]) => `${call.split(' ').at(-1)} ${Number(count.toFixed(1))}`)
    .join(', ');
}
