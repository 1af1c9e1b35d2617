import { setImmediate } from 'node:timers/promises';
import { retry, terminal, waiting, type Page } from '../../contract/index.ts';
import { askedFor, driverIs, manifestIs, mutant, overHttp, type Mutant } from './tools.ts';

/** Mistakes where the shop fails. */
export const FAILING: readonly Mutant[] = [
  mutant(
    'repeats by itself',
    'C6.no-repeats',
    overHttp((http) => ({
      read: async (request) => {
        for (let attempt = 1; ; attempt++) {
          const answer = await http.read(request).catch((error: unknown) => {
            if (attempt === 3) throw error;
          });
          if (answer && (answer.status < 500 || attempt === 3)) return answer;
          await setImmediate();
        }
      },
    })),
  ),
  mutant(
    'takes an error for the end',
    'C6.5xx',
    driverIs((driver) => ({
      async *read(request) {
        try {
          yield* driver.read(request);
        } catch {
          yield { records: [], resume: 'x', end: true };
        }
      },
    })),
  ),
  mutant(
    'stops without a word',
    'C6.reset',
    driverIs((driver) => ({
      async *read(request) {
        try {
          yield* driver.read(request);
        } catch {
          return;
        }
      },
    })),
  ),
  mutant(
    'counts calls in a bucket that it did not declare',
    'C11.buckets',
    overHttp((http) => ({ read: (request) => http.read({ ...request, bucket: 'orders' }) })),
  ),
  mutant(
    'declares a bucket that never fills',
    'C11.buckets',
    manifestIs(() => ({ buckets: { orders: { burst: 0, perSecond: 1 } } })),
  ),
  mutant(
    'takes a rate limit for a fault',
    'C6.429',
    overHttp((http) => ({
      read: async (request) => {
        const answer = await http.read(request);
        if (answer.status === 429) throw retry('StoreUnavailable', 'the shop fails');
        return answer;
      },
    })),
  ),
  mutant(
    'takes any error for a rate limit',
    'C6.reset',
    overHttp((http) => ({
      read: (request) =>
        http.read(request).catch(() => {
          throw waiting('RateLimited', 'wait', 1000);
        }),
    })),
  ),
  mutant(
    'a page of a shop in maintenance is for ever',
    'C6.html',
    overHttp((http) => ({
      read: async (request) => {
        const answer = await http.read(request);
        if (answer.headers['content-type'] === 'text/html') throw terminal('WrongUrl', 'no API');
        return answer;
      },
    })),
  ),
  mutant(
    'takes half an answer for none',
    'C6.truncated',
    overHttp((http) => ({
      read: async (request) => {
        const answer = await http.read(request);
        return {
          ...answer,
          json: () => answer.json().catch(() => ({ items: [], paging: { kind: 'keyset', next: null } })),
        };
      },
    })),
  ),
  mutant(
    "a broken connection is the record's fault",
    'C6.reset',
    overHttp((http) => ({
      read: (request) =>
        http.read(request).catch(() => {
          throw retry('StoreError', 'failed', 'o1');
        }),
    })),
  ),
  mutant(
    'throws what is no DriverError',
    'C6.reset',
    driverIs((driver) => ({
      async *read(request) {
        try {
          yield* driver.read(request);
        } catch (error) {
          throw new Error(String(error), { cause: error });
        }
      },
    })),
  ),
  mutant(
    'does not stop when it is told to',
    'C6.abort',
    askedFor((request) => ({ ...request, signal: new AbortController().signal })),
  ),
  mutant(
    'a new field is too much',
    'C6.new-fields',
    overHttp((http) => ({
      read: async (request) => {
        const answer = await http.read(request);
        if ((await answer.text()).includes('added_later')) throw retry('UnexpectedPayload', 'a field is not known');
        return answer;
      },
    })),
  ),
  mutant(
    'reads the last page for ever',
    'C6.last-page-again',
    driverIs((driver) => ({
      async *read(request) {
        let page: Page | undefined;
        try {
          for await (page of driver.read(request)) yield { ...page, end: false };
        } catch {
          for (;;) yield { ...page!, end: false };
        }
        yield { records: [], resume: 'end', end: true };
      },
    })),
  ),
  mutant(
    'levels are said to come with products, and do not',
    'C3.via',
    manifestIs(({ feeds }) => ({
      feeds: feeds.map((feed) => (feed.type === 'StockImport' ? { ...feed, via: 'ProductImport' as const } : feed)),
    })),
  ),
  mutant(
    'changes come with a feed that reads everything each time',
    'C4.via',
    manifestIs(({ feeds }) => ({
      feeds: feeds.map((feed) =>
        feed.type === 'ProductImport' ? { ...feed, cursor: { kind: 'full' as const } } : feed,
      ),
    })),
  ),
  mutant(
    'changes come with a feed that goes by another time',
    'C4.via',
    askedFor((request) => (request.feed === 'OrderImport' ? { ...request, placedFrom: request.since } : request)),
  ),
];
