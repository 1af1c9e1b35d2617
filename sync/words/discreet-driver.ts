import { createHash } from 'node:crypto';
import {
  boundedWait,
  DriverError,
  type CheckReport,
  type ConnectedFeeds,
  type Driver,
  type DriverWebhooks,
  type ExportTarget,
  type ConditionValue,
  type HookReading,
  type ImportSource,
  type InboundHook,
  type Page,
  type TokenSet,
  type TokenVault,
  type TokenVaults,
  type WriteResult,
} from '../../drivers/contract/index.ts';
import { formerNames } from '../../drivers/contract/compat.ts';
import type { OrderRecord } from '../../model/records.ts';
import { plainKey, plainKeys } from './plain-keys.ts';
import { storeWords } from './store-words.ts';
import type { Secrets } from './secrets.ts';

const LONGEST_REASON = 64;

interface Words {
  (text: string, known?: readonly string[]): string;
  /** The name of one thing, to the letter where that is fit to be shown. */
  readonly key: (name: string) => string;
  /** A record whose names are fit to be shown. */
  readonly keys: <T>(record: T) => T;
  /** The place after a page, fit to be kept by the hub. */
  readonly place: (resume: string) => string;
}

/**
 * A driver whose every sentence was looked through (storeWords), so that no driver can forget it and nothing behind it
 * has to think of it: check reports, errors, unreadable records, results of writes, webhooks.
 */
export function discreetDriver(driver: Driver, secrets: Secrets): Driver {
  const words: Words = Object.assign((text: string, known?: readonly string[]) => storeWords(text, secrets, known), {
    key: (name: string) => plainKey(name, secrets),
    keys: plainKeys(secrets),
    place: (resume: string) => keptPlace(resume, secrets),
  });
  const feeds = Object.fromEntries(
    Object.entries(driver.feeds).map(([type, feed]) => [
      type,
      'write' in feed ? target(feed, words) : source(feed, words),
    ]),
  ) as ConnectedFeeds;
  const webhooks = driver.webhooks && hooksOf(driver.webhooks, words);
  return {
    ...formerNames(feeds, webhooks),
    check: async (asked, signal) => report(await guarded(words, () => driver.check(asked, signal)), words),
    feeds,
    ...(webhooks ? { webhooks } : {}),
    ...(driver.close ? { close: () => guarded(words, () => driver.close!()) } : {}),
  };
}

/** Vaults whose tokens are known to be secret as soon as the driver has them. */
export function watchedVaults(vaults: TokenVaults, secrets: Secrets): TokenVaults {
  const watched = (vault: TokenVault): TokenVault => ({
    read: async () => {
      const tokens = await vault.read();
      secrets.addPassing(tokens?.values);
      return tokens;
    },
    replace: (version, tokens: TokenSet) => {
      secrets.addPassing(tokens.values);
      return vault.replace(version, tokens);
    },
  });
  return { ...watched(vaults), scoped: (name) => watched(vaults.scoped(name)) };
}

function hooksOf(hooks: DriverWebhooks, words: Words): DriverWebhooks {
  return {
    read: (hook) => reading(hooks, hook, words),
    ensure: async (url, feeds, signal) => {
      const found = await guarded(words, () => hooks.ensure(url, feeds, signal));
      const { manual } = found;
      return {
        ...found,
        topics: found.topics.map((topic) => words(topic)),
        ...(manual === undefined ? {} : { manual: words(manual, [url]) }),
      };
    },
    remove: (url, signal) => guarded(words, () => hooks.remove(url, signal)),
  };
}

function reading(hooks: DriverWebhooks, hook: InboundHook, words: Words): HookReading {
  try {
    const found = hooks.read(hook);
    return found.valid ? found : { ...found, reason: reason(found.reason, words), message: words(found.message) };
  } catch (error) {
    throw clean(error, words, []);
  }
}

/** Of a shop's id and name in a status; one that is longer would keep all of the status from being written. */
const LONGEST_SHOWN = 253;
/** Three letters, as ISO 4217 has it; anything else is no currency, whatever it says. */
const CURRENCY = /^[A-Za-z]{3}$/;

/** Field by field: a new one has to say here what of it may be shown. */
function report(found: CheckReport, words: Words): CheckReport {
  const finding = (one: ConditionValue): ConditionValue => ({
    ...one,
    reason: reason(one.reason, words),
    message: words(one.message),
  });
  const shop = found.shop && shopOf(found.shop, words);
  const { expiresAt = '' } = found;
  const expires = Date.parse(expiresAt);
  return {
    reachable: finding(found.reachable),
    credential: finding(found.credential),
    ...(shop ? { shop } : {}),
    ...(Number.isNaN(expires) ? {} : { expiresAt: new Date(expires).toISOString() }),
  };
}

/**
 * Shops are told apart by their ids, to the letter. One in which a whole secret stands cannot be shown, and what is
 * shown in its place would be the same for every such shop: then nothing is said of which shop it is.
 */
function shopOf({ id, name, currency = '' }: NonNullable<CheckReport['shop']>, words: Words): CheckReport['shop'] {
  if (words.key(id) !== id || id.length > LONGEST_SHOWN) return undefined;
  const known = CURRENCY.test(currency) ? { currency } : {};
  return { id, name: words(name).slice(0, LONGEST_SHOWN).toWellFormed(), ...known };
}

function source(feed: ImportSource, words: Words): ImportSource {
  const { acknowledge, count, ids } = feed;
  return {
    ...feed,
    read: (request) =>
      each(
        () => feed.read(request),
        words,
        (page) => cleanPage(page, words),
      ),
    ...(acknowledge
      ? {
          acknowledge: (tokens: readonly string[], signal: AbortSignal) =>
            guarded(words, () => acknowledge(tokens, signal)),
        }
      : {}),
    ...(count ? { count: (window, signal) => guarded(words, () => count(window, signal)) } : {}),
    ...(ids
      ? {
          ids: (window, signal) =>
            each(
              () => ids(window, signal),
              words,
              (found) => words.keys({ ids: found }).ids,
            ),
        }
      : {}),
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
  found.map((result) => ('message' in result ? { ...result, ...inWords(result, words, known) } : result));

function inWords(
  result: Extract<WriteResult, { message: string }>,
  words: Words,
  known: readonly string[],
): Pick<typeof result, 'reason' | 'message'> & { retryAfterMs?: number } {
  const wait = 'retryAfterMs' in result ? result.retryAfterMs : undefined;
  return {
    reason: reason(result.reason, words),
    message: words(result.message, known),
    ...(wait === undefined ? {} : { retryAfterMs: boundedWait(wait) }),
  };
}

/**
 * A reason is a word of ours (CamelCase), and a condition holds no other: the API server would refuse the whole status.
 * What of a shop's text gets there keeps its letters and digits, from the first letter on.
 */
const reason = (text: string, words: Words): string =>
  words(text)
    .replace(/\W/g, '')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, LONGEST_REASON) || 'StoreRefused';

function cleanPage(page: Page, words: Words): Page {
  const { unreadable, acks } = page;
  // What names a record is needed to the letter, but for a secret or an escape in it.
  const name = (text: string) => words.keys({ id: text }).id;
  const records = page.records.map((record) => {
    const plain = words.keys(record);
    return plain.kind === 'order' && plain.hold ? held(plain, words) : plain;
  });
  return {
    ...page,
    records,
    resume: words.place(page.resume),
    ...(acks ? { acks: new Map([...acks].map(([id, token]) => [name(id), token])) } : {}),
    ...(unreadable
      ? {
          unreadable: unreadable.map((one) => ({
            ...one,
            recordId: name(one.recordId),
            ...(one.number === undefined ? {} : { number: name(one.number) }),
            reason: reason(one.reason, words),
            message: words(one.message, [one.recordId, ...(one.number === undefined ? [] : [one.number])]),
          })),
        }
      : {}),
  };
}

/** A control character as JSON writes it. */
const ESCAPED_CONTROL = /\\u00[01][0-9a-f]/i;

/**
 * Most shops name the place after a page themselves, and the hub keeps it, and shows it in a backup: one in which a
 * secret, a control or a person stands is not kept. No driver understands what stands for it, so that a run that is
 * broken off there begins from the start (docs/writing-a-driver.md, C5); while it goes on the driver has its own.
 */
function keptPlace(resume: string, secrets: Secrets): string {
  if (!ESCAPED_CONTROL.test(resume) && plainKey(resume, secrets) === resume) return resume;
  return `not-kept:${createHash('sha256').update(resume).digest('hex')}`;
}

function held(order: OrderRecord, words: Words): OrderRecord {
  const { hold } = order;
  if (!hold) return order;
  return { ...order, hold: { ...hold, reason: words(hold.reason), message: words(hold.message, [order.number]) } };
}

async function* each<T>(items: () => AsyncIterable<T>, words: Words, change: (item: T) => T): AsyncGenerator<T> {
  try {
    for await (const item of items()) yield change(item);
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
    const details = { ...error.details, reason: reason(error.details.reason, words), message: said };
    Object.assign(error, { details });
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
