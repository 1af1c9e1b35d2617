import type { Sample } from '../sync/sample.ts';

/** One reading of one feed through one driver: `system` is the driver, `workload` the feed. */
export interface DriverSample extends Sample {
  readonly points: number;
  /** Of what the shop answered. */
  readonly bytes: number;
  /** Calls that the shop refused for lack of points. */
  readonly refused: number;
  /** The shop's own time at its answers, in no figure. */
  readonly shopMs: number;
  /** Least that the shop would have had left of the declared budget; absent where the driver was not held to it. */
  readonly lowest?: number;
}
