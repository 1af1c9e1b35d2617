import type { Latencies } from './changes.ts';

/** What a stretch of time cost the process and the API server. */
export interface Cost {
  readonly seconds: number;
  readonly cpu: number;
  readonly peakMiB: number;
  readonly calls: number;
  readonly writes: number;
}

/** A start, until all is settled. `ready`: seconds until the first lists were in and the queues told of. */
export interface Start extends Cost {
  readonly ready: number;
}

/** All that is measured of one system with one number of connections; written to bench/results as it is. */
export interface Sample {
  readonly system: string;
  readonly connections: number;
  /** Seconds until they were there. */
  readonly createdIn: number;
  /** Absent: what a smaller fleet had become was copied, so that all is there from the beginning (see seed.ts). */
  readonly first?: Start;
  /** Deployments with pods, connections and feeds whose status was settled, as the API server had them in the end. */
  readonly found: { readonly deployments: number; readonly connections: number; readonly feeds: number };
  readonly quiet: Cost & { readonly rssMiB: number };
  readonly scrape: { readonly ms: number; readonly bytes: number; readonly series: number };
  readonly changed: Latencies;
  readonly restart: Start;
  /** Changes from the moment at which the first lists were in. */
  readonly changedInRestart: Latencies;
  /**
   * All that was watched is listed again: the API server was killed and started. `restarts`: times that the system
   * ended meanwhile, which it does where its lease cannot be renewed.
   */
  readonly changedInRelist: Latencies & { readonly restarts: number };
  /** One connection cannot be put right, and all watches are cut each 30 seconds. */
  readonly changedInCuts: Latencies & { readonly cuts: number };
}
