import type { BudgetRule } from '../../drivers/contract/index.ts';
import type { DriverSample } from './driver-sample.ts';
import { BASELINE } from './options.ts';

const GOALS = { cpuRatio: 1.5, podMiB: 160 };
/** Records of the readings that are held to the budget, or show what a pod needs for little. */
export const FEW = 1000;

export interface DriverResult {
  readonly driver: string;
  readonly budget: BudgetRule | undefined;
  /** A thousand orders, by the declared budget. */
  readonly byBudget: DriverSample | undefined;
  readonly orders: DriverSample | undefined;
  readonly fewProducts: DriverSample | undefined;
  readonly products: DriverSample | undefined;
}

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [row(heads), row(heads.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(row)].join('\n');

/** Calls or points by the thousand records. */
export const perThousand = (sample: DriverSample, what: 'requests' | 'points'): number =>
  Math.round((sample[what] / sample.records) * 1000);

/** CPU seconds of the pod by the thousand records. */
export const podCpu = (sample: DriverSample): number => ((sample.cpu['pod'] ?? 0) / sample.records) * 1000;

/** Overdrawn by less than a call: that is the way between two clocks. */
export function keptWithin({ lowest, refused }: Pick<DriverSample, 'lowest' | 'refused'>): string {
  if (lowest === undefined) return 'no limit';
  if (refused > 0) return `no, ${refused} calls refused`;
  return lowest > -1 ? `yes, least left ${Math.floor(Math.max(0, lowest))}` : `no, by ${Math.ceil(-lowest)}`;
}

/** Markdown, as it is printed and kept in bench/README.md. */
export function report(results: readonly DriverResult[]): string {
  return [calls(results), costs(results)].join('\n\n');
}

/** Of the large reading, in which what is asked once counts for nothing. */
function calls(results: readonly DriverResult[]): string {
  return table(
    [
      'driver',
      'calls per 1,000 orders',
      'per 1,000 products',
      'budget',
      '1,000 orders at it',
      '1,000 products',
      'kept',
    ],
    results.map(({ driver, budget, byBudget, orders = byBudget, fewProducts, products = fewProducts }) => {
      const counted = (sample: DriverSample | undefined) => {
        if (!sample) return '';
        const [made, points] = [perThousand(sample, 'requests'), perThousand(sample, 'points')];
        return made === points ? `${made}` : `${made}, ${points} points`;
      };
      const seconds = (sample: DriverSample | undefined) =>
        budget && sample ? `${(perThousand(sample, 'points') / budget.perSecond).toFixed(0)} s` : '';
      return [
        driver,
        counted(orders),
        counted(products),
        budget ? `${budget.perSecond} a second after ${budget.burst}` : 'none declared',
        seconds(orders),
        seconds(products),
        byBudget ? `${keptWithin(byBudget)} (${byBudget.wall.toFixed(0)} s)` : '',
      ];
    }),
  );
}

function costs(results: readonly DriverResult[]): string {
  const baseline = results.find(({ driver }) => driver === BASELINE)?.orders;
  const peak = (sample: DriverSample | undefined) =>
    sample ? `${sample.rss['pod']} (${sample.records.toLocaleString('en')})` : '';
  return table(
    [
      'driver',
      'pod CPU-s per 1,000 orders',
      `of ${BASELINE} (${GOALS.cpuRatio} at most)`,
      'MB per 1,000 orders',
      `peak MiB of the pod, orders (${GOALS.podMiB} at most)`,
      'beside',
      'products',
      'beside',
    ],
    results.map(({ driver, byBudget, orders, fewProducts, products }) => [
      driver,
      orders ? podCpu(orders).toFixed(2) : '',
      orders && baseline ? (podCpu(orders) / podCpu(baseline)).toFixed(2) : '',
      orders ? ((orders.bytes / orders.records) * 1e-3).toFixed(1) : '',
      peak(orders),
      peak(byBudget),
      peak(products),
      peak(fewProducts),
    ]),
  );
}
