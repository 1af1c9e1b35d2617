import type { LatencySample } from './latency.ts';
import { totalCpu, type Sample } from './sample.ts';

export interface Results {
  readonly samples: readonly Sample[];
  readonly latencies: readonly LatencySample[];
  /** What each peer does more or less than Supercargo. */
  readonly unequal: ReadonlyMap<string, string>;
}

const SUPERCARGO = 'supercargo';
const COPY_FLOOR = 'floor: drain, parse and COPY';
const GOALS: ReadonlyMap<string, number> = new Map([
  ['dlt default', 10],
  ['Singer default', 10],
  ['dlt tuned', 6],
  ['Singer tuned', 6],
]);

const fixed = (value: number, digits: number): string => value.toFixed(digits);
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Markdown, as it is printed and kept in bench/README.md. With REPEAT, medians. */
export function report(results: Results): string {
  return [runs(results.samples), ratios(results), latencies(results.latencies)].filter(Boolean).join('\n\n');
}

function runs(samples: readonly Sample[]): string {
  const groups = [
    ...Map.groupBy(samples, ({ workload, system, records }) => `${workload}|${system}|${records}`).values(),
  ];
  return table(
    [
      'workload',
      'system',
      'records',
      'records/s',
      'CPU-s',
      'CPU-s per 1,000',
      'of these',
      'peak MiB',
      'calls',
      'lost / doubled',
      'rows written',
    ],
    groups.map((group) => {
      const [first] = group as [Sample];
      const cpu = median(group.map(totalCpu));
      const wall = median(group.map((sample) => sample.wall));
      const parts = (values: Readonly<Record<string, number>>, digits: number) =>
        Object.entries(values)
          .map(([name, value]) => `${name} ${fixed(value, digits)}`)
          .join(', ');
      const wrong = first.losses
        ? `${first.losses.lost} / ${first.losses.doubled}${first.losses.moneyOff || first.losses.piecesOff ? ` (sums off: ${first.losses.moneyOff}, ${first.losses.piecesOff})` : ''}`
        : '';
      return [
        first.workload,
        first.system,
        first.records,
        first.records > 0 ? Math.round(first.records / wall) : '',
        fixed(cpu, 2),
        first.records > 0 ? fixed((cpu / first.records) * 1000, 3) : '',
        parts(first.cpu, 2),
        parts(first.rss, 0),
        first.requests,
        wrong,
        first.writes
          ? Object.entries(first.writes)
              .map(([name, count]) => `${name} ${count}`)
              .join(', ') || 'none'
          : '',
      ];
    }),
  );
}

/** CPU seconds of a peer over Supercargo's, for the same workload; of the floor, Supercargo's over its. */
function ratios({ samples, unequal }: Results): string {
  const cpuOf = (system: string, workload: string): number | undefined => {
    const found = samples.filter((sample) => sample.system === system && sample.workload === workload);
    return found.length > 0 ? median(found.map(totalCpu)) : undefined;
  };
  const rows = ['orders full', 'products full', 'orders 1 %', 'orders unchanged'].flatMap((workload) => {
    const own = cpuOf(SUPERCARGO, workload);
    if (own === undefined) return [];
    const peers = [...unequal.keys()].flatMap((system) => {
      const other = cpuOf(system, workload);
      const goal = workload === 'orders full' ? GOALS.get(system) : undefined;
      return other === undefined
        ? []
        : [[workload, `times less than ${system}`, fixed(other / own, 1), goal ? `${goal}` : '', unequal.get(system)!]];
    });
    const floor = cpuOf(COPY_FLOOR, workload);
    return floor === undefined
      ? peers
      : [
          ...peers,
          [
            workload,
            'of the COPY floor',
            fixed(own / floor, 2),
            '1.5 at most',
            'the floor has one process, starts in the figure, tables with a primary key alone; no mapping, hash, rule, hop or checkpoint',
          ],
        ];
  });
  return rows.length === 0 ? '' : table(['workload', 'Supercargo’s CPU', 'ratio', 'goal', 'unequal work'], rows);
}

function latencies(samples: readonly LatencySample[]): string {
  if (samples.length === 0) return '';
  return table(
    [
      'order seen by',
      'orders',
      'lost',
      'placed → hub p50 / p99 ms',
      'hub → WMS p50 / p99 ms',
      'placed → WMS p50 / p99 ms',
    ],
    samples.map(({ way, lost, toHub, hubToWms, placedToWms }) => [
      way,
      toHub.count,
      lost,
      ...[toHub, hubToWms, placedToWms].map(({ p50, p99 }) => `${p50} / ${p99}`),
    ]),
  );
}
