import { verdict, type Count, type Tally } from '../drill/count.ts';
import type { Outcome } from '../drill/run.ts';
import { PARTS } from '../drill/settings.ts';
import { formatTable } from './table.ts';

const MOST_NAMED = 10;

/** What a drill found, as lines; the last one is the verdict. */
export function drillReport({ count, settled, kills, seconds }: Outcome): string[] {
  const { lost, doubled, unknown } = verdict(count);
  const rows = [
    ['orders', count.orders],
    ['parcels', count.parcels],
    ['webhooks', count.webhooks],
  ] as const;
  const total = PARTS.reduce((sum, part) => sum + kills[part], 0);
  return [
    '',
    formatTable(
      ['', 'THERE', 'LOST', 'DOUBLED', 'UNKNOWN'],
      rows.map(([name, tally]) => [
        name,
        String(tally.there),
        String(tally.lost.length),
        String(tally.doubled.length),
        String(tally.unknown.length),
      ]),
    ),
    `stock level: ${stockLine(count.stock)}`,
    ...rows.flatMap(([name, tally]) => named(name, tally)),
    `${total} kills (${PARTS.filter((part) => kills[part] > 0)
      .map((part) => `${part} ${kills[part]}`)
      .join(', ')}) in ${seconds} s`,
    ...(settled === 'TimedOut'
      ? [
          'it did not settle: what is missing may still be on its way. Nothing is proven; look with --keep at what holds it up',
        ]
      : []),
    `lost ${lost}, doubled ${doubled}${unknown > 0 ? `, unknown ${unknown}` : ''}`,
  ];
}

/** 0: all is well. 1: something was lost or doubled. 2: nothing can be said. */
export function exitCodeOf({ count, settled }: Pick<Outcome, 'count' | 'settled'>): 0 | 1 | 2 {
  const { lost, doubled, unknown } = verdict(count);
  // What is doubled stays doubled, settled or not.
  if (doubled > 0 || unknown > 0) return 1;
  if (settled === 'TimedOut') return 2;
  return lost > 0 ? 1 : 0;
}

function stockLine({ set, atShop }: Count['stock']): string {
  if (set === null) return 'the warehouse never set one';
  return set === atShop
    ? `${set}, as the warehouse set it last`
    : `the warehouse set ${set} last, the shop has ${atShop ?? 'none'}`;
}

function named(name: string, tally: Tally): string[] {
  return (['lost', 'doubled', 'unknown'] as const)
    .filter((part) => tally[part].length > 0)
    .map(
      (part) =>
        `${name} ${part}: ${tally[part].slice(0, MOST_NAMED).join(', ')}${tally[part].length > MOST_NAMED ? ` and ${tally[part].length - MOST_NAMED} more` : ''}`,
    );
}
