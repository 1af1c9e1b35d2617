import type { FeedType } from '../../model/feeds.ts';
import { DriverError, type DriverManifest } from '../contract/index.ts';
import { CASES } from './cases/index.ts';
import type { ConformanceCase, Need } from './case.ts';
import { demand, NotConformant } from './demand.ts';
import { withinTime } from './time-limit.ts';
import { World, type Subject, type WorldOptions } from './world.ts';

/** Most cases take less than a second; a driver that waits for something that never comes is refused by name. */
const CASE_LIMIT_MS = 20_000;

export type CaseResult = { readonly id: string; readonly proves: string } & (
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'skipped'; readonly reason: string }
  /** `error` is what was thrown. */
  | { readonly outcome: 'failed'; readonly reason: string; readonly error: unknown }
);

const FEEDS: Readonly<Partial<Record<Need, FeedType>>> = {
  orders: 'OrderImport',
  products: 'ProductImport',
  stock: 'StockImport',
  settings: 'DataModelSync',
  suppliers: 'SupplierImport',
  writeStock: 'StockExport',
  writeShipments: 'ShipmentExport',
};

/** Why a case does not fit the way in which the platform tells of changes. */
function otherWay(needs: readonly Need[], manifest: DriverManifest): string | undefined {
  const { type = 'OrderImport', cursor } = feedOfChanges(manifest) ?? {};
  if (needs.includes('since') && cursor && cursor.kind !== 'changes')
    return `${type} of ${manifest.title} knows no time of change: it is of the kind ${cursor.kind}`;
  if (needs.includes('queue') && cursor?.kind !== 'queue')
    return `${type} of ${manifest.title} has no queue that is to be acknowledged`;
  return undefined;
}

/** The one that brings changes of orders; what rides with another has the other's cursor. */
function feedOfChanges({ feeds }: DriverManifest) {
  const own = (type: FeedType) => feeds.find((feed) => feed.type === type);
  const found = own('OrderUpdate') ?? own('OrderImport');
  return found?.via === undefined ? found : own(found.via);
}

export interface ConformOptions {
  /** These cases alone. */
  readonly matches?: (id: string) => boolean;
  /** A case that works or waits longer is refused. */
  readonly limitMs?: number;
}

/** Holds a driver to the rules, one case after the other. */
export async function* conform(
  subject: Subject,
  { matches = () => true, limitMs = CASE_LIMIT_MS }: ConformOptions = {},
): AsyncGenerator<CaseResult> {
  yield* unknownSkips(subject);
  for (const each of CASES) if (matches(each.id)) yield await play(each, subject, limitMs);
}

/**
 * A skip that names no case says that the manifest is of another release, or misspelt: what it was to excuse is not
 * excused.
 */
function* unknownSkips({ definition: { manifest } }: Subject): Generator<CaseResult> {
  const known = new Set(CASES.map(({ id }) => id));
  for (const id of Object.keys(manifest.skips ?? {})) {
    const reason = `manifest.skips names ${id}, which is no case`;
    if (!known.has(id))
      yield { id, proves: 'skips cases that there are', outcome: 'failed', reason, error: new NotConformant(reason) };
  }
}

async function play(each: ConformanceCase, subject: Subject, limitMs: number): Promise<CaseResult> {
  const { id, proves } = each;
  const reason = skipOf(each, subject);
  if (reason !== undefined) return { id, proves, outcome: 'skipped', reason };
  try {
    await withinTime(run(each, subject), limitMs);
    return { id, proves, outcome: 'passed' };
  } catch (error) {
    return { id, proves, outcome: 'failed', reason: reasonOf(error), error };
  }
}

/** A driver that throws where it should not is not conformant either. */
function reasonOf(error: unknown): string {
  if (error instanceof NotConformant) return error.message;
  if (error instanceof DriverError)
    return `throws ${error.details.reason} (${error.details.behaviour}): ${error.message}`;
  return `throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

/**
 * Why a case is not played: the driver says so, or the platform has nothing of the kind. What is only absent is no
 * excuse.
 */
function skipOf({ id, needs, tag }: ConformanceCase, { definition: { manifest }, wire }: Subject): string | undefined {
  const said = manifest.skips?.[id] ?? wire.subject.cannot[id];
  if (said !== undefined) return said;
  if (tag !== undefined && wire.subject.lacks.includes(tag)) return `${wire.name} knows no such orders (${tag})`;
  if (needs.includes('documents') && !wire.subject.documents) return `${wire.name} makes no documents to wait for`;
  if (needs.includes('tickets') && !wire.subject.tickets) return `${wire.name} sets levels at once`;
  if (needs.includes('clients') && !wire.subject.client) return `${wire.name} knows no tokens that rotate`;
  const way = otherWay(needs, manifest);
  if (way !== undefined) return way;
  const feed = needs
    .map((need) => FEEDS[need])
    .find((type) => type !== undefined && !manifest.feeds.some((known) => known.type === type));
  return feed && `${manifest.title} has no feed ${feed}`;
}

async function run({ needs, run: runCase }: ConformanceCase, subject: Subject): Promise<void> {
  const worlds: World[] = [];
  const endless = Promise.withResolvers<never>();
  const open = (options?: WorldOptions): World => {
    const world = new World(subject, endless.reject, options);
    worlds.push(world);
    return world;
  };
  demandMethods(needs, open());
  let failure: { readonly error: unknown } | undefined;
  await Promise.race([runCase(open, subject), endless.promise]).catch((error: unknown) => {
    failure = { error };
  });
  // What went over the wire against the rules is the cause; what came of it is not.
  for (const { violations } of worlds) demand(violations.length === 0, violations[0] ?? '');
  if (failure) throw failure.error;
}

function demandMethods(needs: readonly Need[], world: World): void {
  const driver = world.connect();
  const has = {
    writeStock: driver.writeStock !== undefined,
    writeShipments: driver.writeShipments !== undefined,
    hooks: driver.hooks !== undefined,
    census: driver.count !== undefined && driver.ids !== undefined,
  };
  for (const need of ['writeStock', 'writeShipments', 'hooks', 'census'] as const) {
    if (needs.includes(need))
      demand(has[need], `the driver has no ${need === 'census' ? 'count and ids' : need}: say in manifest.skips why`);
  }
}
