import type { FeedType } from '../../model/feeds.ts';
import type { StockMeaning } from '../../model/feeds/stock-export.ts';
import type { ReasonRule } from './errors.ts';
import type { BudgetRule } from './http.ts';
import type { CursorSemantics } from './reading.ts';

export type HostRule = string | { readonly setting: string };

/** As a Driver resource has it: `settings.KEY` is the address in that setting. */
export const hostRuleText = (rule: HostRule): string => (typeof rule === 'string' ? rule : `settings.${rule.setting}`);

/** A driver's entry in the catalogue, but for its feeds. */
export interface DriverFacts {
  /** DNS label; the name of the Driver resource. */
  readonly name: string;
  readonly title: string;
  readonly documentation: string;
  readonly platformKind: 'Store' | 'Marketplace' | 'Carrier' | 'PointOfSale';
  /**
   * Hosts it contacts: no request goes anywhere else, and the network policy opens their ports alone. A name
   * (`api.example.com`, `*.example.com`, with a port where it is not 80 or 443), or the address in a setting.
   */
  readonly hosts: readonly HostRule[];
  /**
   * How many requests the platform allows until its own headers say otherwise; absent: no limit is known until then.
   */
  readonly budget?: BudgetRule;
  /** Operations that the platform counts by themselves: calls that name one take nothing from `budget`. */
  readonly buckets?: Readonly<Record<string, BudgetRule>>;
  /**
   * How the platform wants a read repeated that failed (5xx, a broken connection), where it says so: not before, and so
   * often in one call. What is too long for a call is waited for between runs.
   */
  readonly repeat?: { readonly afterMs: number; readonly attempts: number };
  /** Reasons of its errors and results beside those that every driver has, each with its remedy (`errorsWith`). */
  readonly reasons?: Readonly<Record<string, ReasonRule>>;
  /** What is not supported and why, in a sentence each, for the documentation. */
  readonly limits: readonly string[];
  /** What a connection must accept before it runs (`acceptedTerms`). */
  readonly terms?: { readonly version: string; readonly url: string };
  /**
   * Cases of the conformance suite (drivers/conformance) that it cannot pass, each with the reason: people read them.
   */
  readonly skips?: Readonly<Record<string, string>>;
}

/** What of a feed is known without a connection. */
export interface FeedSupport {
  readonly type: FeedType;
  /** The feed whose runs bring its records: it has no reading of its own. */
  readonly via?: FeedType;
  readonly cursor?: CursorSemantics;
  /** Largest page the platform gives, or most entries that it takes in one call. */
  readonly maxPageSize: number;
  /** Of StockExport: what the store counts. */
  readonly stock?: StockMeaning;
  /** Calls that a page takes; of an export: that ten entries take. 1 if absent. */
  readonly callsPerPage?: number;
  /** Five-field cron where the feed's own does not fit the platform. */
  readonly defaultSchedule?: string;
  /** Seconds from one run to the next at least, whatever asks for it. */
  readonly minIntervalSeconds?: number;
}

/** A driver's whole entry in the catalogue; the built-in `Driver` resources are generated from it. */
export interface DriverManifest extends DriverFacts {
  readonly feeds: readonly FeedSupport[];
}
