import type { Losses } from './verify.ts';

/** One run of one system: what is written to bench/results as it is, and what tables are made of. */
export interface Sample {
  /** "supercargo", "dlt default" … */
  readonly system: string;
  /** "orders full", "orders 1 %" … */
  readonly workload: string;
  /** Records of the source that the run had to bring over. */
  readonly records: number;
  readonly wall: number;
  /** CPU seconds by part; `postgres` with all its backends. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Peak resident MiB by process; of PostgreSQL what is not shared. */
  readonly rss: Readonly<Record<string, number>>;
  /** Requests to the shop. */
  readonly requests: number;
  /** Rows that PostgreSQL counts as inserted, updated or deleted, by table; temporary ones left out. */
  readonly writes?: Readonly<Record<string, number>>;
  readonly losses?: Losses;
  readonly note?: string;
}

export const totalCpu = (sample: Sample): number =>
  Object.values(sample.cpu).reduce((sum, seconds) => sum + seconds, 0);
