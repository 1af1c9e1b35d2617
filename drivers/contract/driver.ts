import type { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import type { Behaviour, FaultScope, ReasonRule } from './errors.ts';
import type { DriverHooks } from './hooks.ts';
import type { BudgetRule, StoreHttp } from './http.ts';
import type { TokenVault } from './tokens.ts';

/** How a feed's reading sees change at the platform: the engine chooses its cursor by this (sync/feeds/cursor.ts). */
export interface CursorSemantics {
  /**
   * - changes: `since` filters by a time of change; the engine re-reads an overlap and drops what it has by hash.
   * - full: the platform has no usable filter, every run reads all.
   */
  readonly kind: 'changes' | 'full';
  /** The platform's field behind `since`, for people ("updatedAt"). */
  readonly field?: string;
  /**
   * Changes that do NOT move the field, each in a few words ("an order is paid"). Where there are any, `secondWay` says
   * how they are seen all the same.
   */
  readonly blindTo?: readonly string[];
  /**
   * - openRecords: the engine also passes the ids of the hub's open records of this feed (`ids`), every run.
   * - fullCompare: the engine runs without `since` once a day.
   */
  readonly secondWay?: 'openRecords' | 'fullCompare';
  /** Seconds the engine re-reads before the last position, for rows committed late; 120 if absent. */
  readonly overlapSeconds?: number;
}

export interface FeedSupport {
  readonly type: FeedType;
  readonly cursor?: CursorSemantics;
  /** Largest page the platform gives. */
  readonly maxPageSize: number;
  /** Calls that a page takes; of StockExport: that ten levels take. 1 if absent. */
  readonly callsPerPage?: number;
  /** Five-field cron where the model's default does not fit the platform. */
  readonly defaultSchedule?: string;
}

export type HostRule = string | { readonly setting: string };

/** As a Driver resource has it: `settings.KEY` is the address in that setting. */
export const hostRuleText = (rule: HostRule): string => (typeof rule === 'string' ? rule : `settings.${rule.setting}`);

/** A driver's entry in the catalogue; the built-in `Driver` resources are generated from it. */
export interface DriverManifest {
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
  readonly feeds: readonly FeedSupport[];
  /** How many requests the platform allows until its own headers say otherwise; absent: no limit is known until then. */
  readonly budget?: BudgetRule;
  /** Reasons of its errors and results beside those that every driver has, each with its remedy (`errorsWith`). */
  readonly reasons?: Readonly<Record<string, ReasonRule>>;
  /** What is not supported and why, in a sentence each, for the documentation. */
  readonly limits: readonly string[];
  /** What a connection must accept before it runs (`acceptedTerms`). */
  readonly terms?: { readonly version: string; readonly url: string };
  /** Cases of the conformance suite (drivers/conformance) that it cannot pass, each with the reason: people read them. */
  readonly skips?: Readonly<Record<string, string>>;
}

export interface ReadRequest {
  readonly feed: FeedType;
  /** Inclusive lower bound of the time of change, ISO 8601 UTC; absent: everything. Already set back by the overlap. */
  readonly since?: string;
  /** Exclusive upper bound; set by a back-fill window. */
  readonly until?: string;
  /** Only these records; `since` is then absent. Unknown ids are left out of the answer. */
  readonly ids?: readonly string[];
  /** Of orders: those placed before (ISO 8601 UTC, exclusive) are of no use; leave them out where the platform can. Not with `ids`. */
  readonly placedFrom?: string;
  /** `resume` of the last committed page of an interrupted run: go on after it. */
  readonly resume?: string;
  readonly pageSize: number;
  readonly signal: AbortSignal;
}

export interface Page {
  readonly records: readonly CanonicalRecord[];
  /**
   * Opaque; given back as `ReadRequest.resume`, reading goes on after this page, whatever `pageSize` it is asked with then.
   * Never the same for two places: that is how the engine notices a reading without end.
   */
  readonly resume: string;
  /** The platform's own "read until here", for the cursor. ISO 8601. Absent: the newest `updatedAt` of products and orders. */
  readonly position?: string;
  /** True only on the page after which the platform itself says there is no more. */
  readonly end: boolean;
  /** How many records the platform says match in all; the run's proof of completeness. */
  readonly total?: number;
  /** Records that could not be mapped: each becomes a problem, the rest goes on. */
  readonly unreadable?: readonly UnreadableRecord[];
}

/** A record that could not be mapped. */
export interface UnreadableRecord {
  readonly recordId: string;
  /** The number that people know it by, if it could be read. An order is then found by it in the hub, with the message. */
  readonly number?: string;
  /** true: a part of a record of this page that was taken without it. It counts as no record of its own. */
  readonly part?: boolean;
  readonly reason: string;
  /** What is wrong and what to do, as a shop's owner understands it. */
  readonly message: string;
  /** As the platform gave it. The engine keeps it in quarantine with personal data taken out (sync/redact.ts). */
  readonly raw?: unknown;
}

/** A span of the time at which records came to be (orders: placed; products: created). ISO 8601 UTC. */
export interface CensusWindow {
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
}

export interface StockWrite {
  /** The outbox entry. */
  readonly entryId: string;
  readonly variantId: string;
  readonly sku: string;
  readonly locationId: string;
  /** Absolute number to set. */
  readonly quantity: number;
  /** What the hub last knew the store to have: for platforms that compare before they set. */
  readonly expected?: number;
}

export interface ShipmentWrite {
  readonly entryId: string;
  readonly orderId: string;
  readonly orderNumber: string;
  readonly carrier?: string;
  readonly trackingCode?: string;
  readonly trackingUrl?: string;
  /** The store's id of the location that shipped it. */
  readonly locationId?: string;
  /** Absent: everything that is still open. */
  readonly lines?: readonly { readonly lineId: string; readonly quantity: number }[];
}

/** What became of one entry. Exactly one result for each entry given. */
export type WriteResult =
  | { readonly entryId: string; readonly outcome: 'Applied'; readonly externalId?: string }
  /** Reading before sending showed that it had been done before (a lost answer): nothing was sent. */
  | { readonly entryId: string; readonly outcome: 'AlreadyApplied'; readonly externalId?: string }
  /** The platform refused this entry; repeating it cannot help. */
  | { readonly entryId: string; readonly outcome: 'Rejected'; readonly reason: string; readonly message: string }
  /** Not done, may be tried again. `scope` and `behaviour` as of the error that it stands for; absent: as its reason has it, `retry`. */
  | { readonly entryId: string; readonly outcome: 'Retry'; readonly reason: string; readonly message: string; readonly scope?: FaultScope; readonly behaviour?: Behaviour; readonly retryAfterMs?: number };

export interface Finding {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export interface CheckReport {
  /** Is the store there, and is it the platform we think? */
  readonly reachable: Finding;
  /** Is the credential accepted, with every permission that the given feeds need? */
  readonly credential: Finding;
  /** Identity of the shop behind it: two connections of one shop are found by it. */
  readonly shop?: { readonly id: string; readonly name: string; readonly currency?: string };
  /** When the credential stops to work, if the platform says so. ISO 8601. */
  readonly expiresAt?: string;
}

/** One live connection. All methods throw DriverError; none retries, schedules or keeps state between calls. */
export interface Driver {
  /** Never throws for what a check is there to find: that is in the report. */
  check(feeds: readonly FeedType[], signal: AbortSignal): Promise<CheckReport>;
  /** Pages in a stable order, each yielded as soon as it is there; nothing is kept of earlier pages. */
  read(request: ReadRequest): AsyncIterable<Page>;
  /** How many records of the feed came to be in the window, by the platform's own count: the nightly completeness check. */
  count?(feed: FeedType, window: CensusWindow, signal: AbortSignal): Promise<number>;
  /** Their ids, in the cheapest way the platform has; asked for days whose count differs, or is small. */
  ids?(feed: FeedType, window: CensusWindow, signal: AbortSignal): AsyncIterable<readonly string[]>;
  /** Webhooks of the store as hints to run now. */
  readonly hooks?: DriverHooks;
  writeStock?(entries: readonly StockWrite[], signal: AbortSignal): Promise<readonly WriteResult[]>;
  /** All entries are of one order: writes to one order are never concurrent. Re-read before sending. */
  writeShipments?(entries: readonly ShipmentWrite[], signal: AbortSignal): Promise<readonly WriteResult[]>;
  close?(): Promise<void>;
}

export interface DriverContext<C, S> {
  readonly credential: C;
  readonly settings: S;
  readonly http: StoreHttp;
  readonly now: () => Date;
  /** Where tokens that the platform rotates are kept. */
  readonly tokens: TokenVault;
}

export interface DriverDefinition<C = unknown, S = unknown> {
  readonly manifest: DriverManifest;
  /** Keys of the Secret, all strings. Unknown keys are ignored: a Secret is often shared. */
  readonly credential: z.ZodType<C>;
  /** `spec.settings` of the connection; strict, so that a misspelt key is named. */
  readonly settings: z.ZodType<S>;
  connect(context: DriverContext<C, S>): Driver;
}

/** Keeps the credential and settings types of a driver together and hides them from the registry. */
export function defineDriver<C, S>(definition: DriverDefinition<C, S>): DriverDefinition {
  return definition;
}
