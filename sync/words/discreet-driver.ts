import {
  DriverError,
  type CheckReport,
  type ConnectedFeeds,
  type Driver,
  type ExportTarget,
  type Finding,
  type ImportSource,
  type Page,
  type TokenSet,
  type TokenVault,
  type TokenVaults,
  type WriteResult,
} from '../../drivers/contract/index.ts';
import { isExport, type FeedType } from '../../model/feeds.ts';
import { storeWords } from './store-words.ts';
import type { Secrets } from './secrets.ts';

type Words = (text: string, known?: readonly string[]) => string;

/**
 * A driver whose every sentence was looked through (storeWords), so that no driver can forget it and nothing behind it
 * has to think of it: check reports, errors, unreadable records, results of writes, webhooks.
 */
export function discreetDriver(driver: Driver, secrets: Secrets): Driver {
  const words: Words = (text, known) => storeWords(text, secrets, known);
  const { webhooks: hooks } = driver;
  return {
    ...driver,
    check: async (feeds, signal) => report(await guarded(words, () => driver.check(feeds, signal)), words),
    feeds: Object.fromEntries(
      Object.entries(driver.feeds).map(([type, feed]) => [
        type,
        isExport(type as FeedType) ? target(feed as ExportTarget, words) : source(feed as ImportSource, words),
      ]),
    ) as ConnectedFeeds,
    ...(hooks
      ? {
          webhooks: {
            read: (hook) => {
              const reading = hooks.read(hook);
              return reading.valid ? reading : { ...reading, message: words(reading.message) };
            },
            ensure: async (url, feeds, signal) => {
              const found = await guarded(words, () => hooks.ensure(url, feeds, signal));
              return found.manual === undefined ? found : { ...found, manual: words(found.manual, [url]) };
            },
            remove: (url, signal) => guarded(words, () => hooks.remove(url, signal)),
          },
        }
      : {}),
    ...(driver.close ? { close: () => driver.close!() } : {}),
  };
}

/** Vaults whose tokens are known to be secret as soon as the driver has them. */
export function watchedVaults(vaults: TokenVaults, secrets: Secrets): TokenVaults {
  const watched = (vault: TokenVault): TokenVault => ({
    read: async () => {
      const tokens = await vault.read();
      secrets.add(tokens?.values);
      return tokens;
    },
    replace: (version, tokens: TokenSet) => {
      secrets.add(tokens.values);
      return vault.replace(version, tokens);
    },
  });
  return { ...watched(vaults), scoped: (name) => watched(vaults.scoped(name)) };
}

function report(found: CheckReport, words: Words): CheckReport {
  const finding = (one: Finding): Finding => ({ ...one, message: words(one.message) });
  const { shop } = found;
  return {
    ...found,
    reachable: finding(found.reachable),
    credential: finding(found.credential),
    ...(shop ? { shop: { ...shop, id: words(shop.id, [shop.id]), name: words(shop.name) } } : {}),
  };
}

function source(feed: ImportSource, words: Words): ImportSource {
  const { acknowledge, count, ids } = feed;
  return {
    ...feed,
    read: (request) => guardedPages(feed.read(request), words),
    ...(acknowledge
      ? { acknowledge: (tokens: readonly string[], signal: AbortSignal) => guarded(words, () => acknowledge(tokens, signal)) }
      : {}),
    ...(count ? { count: (window, signal) => guarded(words, () => count(window, signal)) } : {}),
    ...(ids ? { ids: (window, signal) => each(ids(window, signal), words, (found) => found) } : {}),
  };
}

function target(feed: ExportTarget, words: Words): ExportTarget {
  const { settle } = feed;
  return {
    ...feed,
    write: async (entries, signal) => {
      const known = entries.flatMap((entry) => Object.values(entry).filter((value) => typeof value === 'string'));
      return results(await guarded(words, () => feed.write(entries, signal), known), words, known);
    },
    ...(settle
      ? { settle: async (entries, signal) => results(await guarded(words, () => settle(entries, signal)), words, []) }
      : {}),
  };
}

const results = (found: readonly WriteResult[], words: Words, known: readonly string[]): WriteResult[] =>
  found.map((result) => ('message' in result ? { ...result, message: words(result.message, known) } : result));

const guardedPages = (pages: AsyncIterable<Page>, words: Words) => each(pages, words, (page) => cleanPage(page, words));

function cleanPage(page: Page, words: Words): Page {
  const { unreadable } = page;
  const isHeld = page.records.some((record) => record.kind === 'order' && record.hold);
  if (!unreadable && !isHeld) return page;
  return {
    ...page,
    ...(isHeld
      ? {
          records: page.records.map((record) =>
            record.kind === 'order' && record.hold
              ? { ...record, hold: { ...record.hold, message: words(record.hold.message, [record.number]) } }
              : record,
          ),
        }
      : {}),
    ...(unreadable
      ? {
          unreadable: unreadable.map((one) => ({
            ...one,
            message: words(one.message, [one.recordId, ...(one.number === undefined ? [] : [one.number])]),
          })),
        }
      : {}),
  };
}

async function* each<T>(items: AsyncIterable<T>, words: Words, change: (item: T) => T): AsyncGenerator<T> {
  try {
    for await (const item of items) yield change(item);
  } catch (error) {
    throw clean(error, words, []);
  }
}

async function guarded<T>(words: Words, call: () => Promise<T>, known: readonly string[] = []): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw clean(error, words, known);
  }
}

const MOST_CAUSES = 5;

/** The same error, for whom its class tells what to do, with other words; its causes and its stack are printed, too. */
function clean(error: unknown, words: Words, known: readonly string[], depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? words(error) : error;
  if (error instanceof DriverError) {
    const { recordId } = error.details;
    const said = words(error.details.message, recordId === undefined ? known : [...known, recordId]);
    Object.assign(error, { details: { ...error.details, message: said } });
  }
  const before = error.message;
  const after = words(before, known);
  if (after !== before) {
    const { stack } = error;
    error.message = after;
    if (stack !== undefined) error.stack = stack.replaceAll(before, () => after);
  }
  if (error.cause !== undefined)
    error.cause = depth < MOST_CAUSES ? clean(error.cause, words, known, depth + 1) : undefined;
  return error;
}
