import type { FeedType } from '../../../model/feeds.ts';
import { retry, terminal, type Page } from '../../contract/index.ts';
import { mapItems, MAPPINGS } from '../../generic/map.ts';
import { askedFor, driverIs, mutant, pagesAre, plainly, type Mutant } from './tools.ts';
import { idOf } from '../read.ts';

interface ListJson {
  readonly items: readonly { readonly updated_at: string }[];
}

/** Rows as a careless driver reads them: `next` says how to go on after a page. */
const careless = (
  next: (items: ListJson['items'], before: string | undefined, page: number, pageSize: number) => string,
) =>
  driverIs((driver, context) => ({
    async *read(request) {
      if (request.feed !== 'OrderUpdate' && request.feed !== 'OrderImport') {
        yield* driver.read(request);
        return;
      }
      let query: string | undefined =
        request.resume ?? (request.since === undefined ? '' : `updated_since=${request.since}`);
      for (let page = 1; ; page++) {
        const response = await plainly(context, 'GET', `/orders?limit=${request.pageSize}&${query}`, request.signal);
        const { items } = (await response.json()) as ListJson;
        const end = items.length < request.pageSize;
        query = next(items, request.since, page, request.pageSize);
        yield { ...mapItems(MAPPINGS.order, items), resume: query, end } satisfies Page;
        if (end) return;
      }
    },
  }));

const asksAgain = driverIs((driver, context) => ({
  async *read(request) {
    for await (const page of driver.read(request)) {
      for (const _record of page.records) await plainly(context, 'GET', '/shop', request.signal);
      yield page;
    }
  },
}));

/** The place that goes with a page is that of the page behind it. */
const onePageOn = driverIs((driver) => ({
  async *read(request) {
    let kept: Page | undefined;
    for await (const page of driver.read(request)) {
      if (kept) yield { ...kept, resume: page.resume };
      kept = page;
    }
    if (kept) yield kept;
  },
}));

/** The place is the number of a page, found anew in pages of another size. */
const placeIsAPage = (skip: (rows: number, pageSize: number) => number) =>
  driverIs((driver) => ({
    async *read({ resume, ...request }) {
      if (request.ids) {
        yield* driver.read({ resume, ...request });
        return;
      }
      let [page, rows] = [0, 0];
      for await (const each of driver.read(request)) {
        rows += each.records.length;
        if (++page > skip(Number(resume ?? 0), request.pageSize)) yield { ...each, resume: String(rows) };
      }
    },
  }));

/** A place that it does not know is behind everything. */
const unknownIsTheEnd = (feed: FeedType) =>
  driverIs((driver) => ({
    async *read(request) {
      const isUnknown = request.feed === feed && /^not-kept:/.test(request.resume ?? '');
      for await (const page of driver.read(request))
        yield isUnknown ? { ...page, records: [], total: undefined, end: true } : page;
    },
  }));

/** Mistakes in pages, cursors and places. */
export const PAGING: readonly Mutant[] = [
  mutant('a place that it does not know is the end', 'C5.unknown-place', unknownIsTheEnd('OrderImport')),
  mutant(
    'a place among the products that it does not know is the end',
    'C5.unknown-place-products',
    unknownIsTheEnd('ProductImport'),
  ),
  mutant(
    'the total is 0',
    'C3.total',
    pagesAre((page) => ({ ...page, total: 0 })),
  ),
  mutant(
    'no page is the last',
    'C3.page-size-100',
    pagesAre((page) => ({ ...page, end: false })),
  ),
  mutant(
    'the first page is the last',
    'C3.page-size-2',
    driverIs((driver) => ({
      async *read(request) {
        for await (const page of driver.read(request)) {
          yield { ...page, end: true };
          return;
        }
      },
    })),
  ),
  mutant(
    'every page is called the last',
    'C3.page-size-3',
    pagesAre((page) => ({ ...page, end: true })),
  ),
  mutant(
    'the last page is left out',
    'C3.page-size-3',
    driverIs((driver) => ({
      async *read(request) {
        let kept: Page | undefined;
        for await (const page of driver.read(request)) {
          if (kept) yield { ...kept, end: page.end };
          kept = page;
        }
      },
    })),
  ),
  mutant(
    'ends where the total says so',
    'C6.wrong-total',
    driverIs((driver) => ({
      async *read(request) {
        let read = 0;
        for await (const page of driver.read(request)) {
          read += page.records.length;
          const end = page.end || read >= (page.total ?? Number.POSITIVE_INFINITY);
          yield { ...page, end };
          if (end) return;
        }
      },
    })),
  ),
  mutant(
    'gives the first page again and again',
    'C3.page-size-1',
    driverIs((driver) => ({
      async *read(request) {
        for (;;)
          for await (const page of driver.read(request)) {
            yield { ...page, end: false };
            break;
          }
      },
    })),
  ),
  mutant(
    'asks and asks and gives nothing',
    'C3.golden-orders',
    driverIs((driver, context) => ({
      async *read(request) {
        for (let page = 0; page < 100_000; page++)
          await plainly(context, 'GET', '/orders', request.signal).catch(() => undefined);
        yield* driver.read(request);
      },
    })),
  ),
  mutant(
    'waits for something that never comes',
    'C3.golden-orders',
    driverIs((driver) => ({
      async *read(request) {
        await new Promise(() => undefined);
        yield* driver.read(request);
      },
    })),
  ),
  mutant(
    'throws where there is nothing',
    'C3.empty',
    pagesAre((page) => {
      if (page.records.length === 0) throw retry('UnexpectedPayload', 'nothing came');
      return page;
    }),
  ),
  mutant(
    'reads all before it gives the first page',
    'C3.lazy',
    driverIs((driver) => ({
      async *read(request) {
        const pages: Page[] = [];
        for await (const page of driver.read(request)) pages.push(page);
        yield* pages;
      },
    })),
  ),
  mutant(
    'one bad record stops the page',
    'C6.poisoned',
    pagesAre((page) => {
      if (page.unreadable?.length) throw retry('UnexpectedPayload', 'a record cannot be read');
      return page;
    }),
  ),
  mutant(
    'a bad record takes its page with it',
    'C6.poisoned',
    pagesAre((page) => (page.unreadable?.length ? { ...page, records: [] } : page)),
  ),
  mutant(
    'bad records are dropped',
    'C6.poisoned',
    pagesAre((page) => ({ ...page, unreadable: [] })),
  ),
  mutant(
    'bad products are dropped',
    'C6.poisoned-product',
    pagesAre((page) => ({ ...page, unreadable: [] })),
  ),
  mutant(
    'bad records have no number',
    'C6.poisoned',
    pagesAre((page) => ({ ...page, unreadable: page.unreadable?.map(({ number: _number, ...rest }) => rest) })),
  ),
  mutant(
    'variants without SKU are dropped',
    'C3.no-sku',
    pagesAre((page) => ({ ...page, unreadable: [] })),
  ),
  mutant(
    '`since` is ignored',
    'C4.since',
    askedFor(({ since: _since, ...request }) => request),
  ),
  mutant(
    '`since` is exclusive',
    'C4.since-inclusive',
    askedFor((request) =>
      request.since === undefined
        ? request
        : { ...request, since: new Date(Date.parse(request.since) + 1).toISOString() },
    ),
  ),
  mutant(
    'products are read whole each time',
    'C4.since-products',
    askedFor(({ since, ...request }) => (request.feed === 'ProductUpdate' ? request : { ...request, since })),
  ),
  mutant(
    '`until` is ignored',
    'C4.until',
    askedFor(({ until: _until, ...request }) => request),
  ),
  mutant(
    '`until` is inclusive',
    'C4.until',
    askedFor((request) =>
      request.until === undefined
        ? request
        : { ...request, until: new Date(Date.parse(request.until) + 1).toISOString() },
    ),
  ),
  mutant(
    'the future gives everything',
    'C4.future',
    askedFor(({ since, ...request }) => (since?.startsWith('2100') ? request : { ...request, since })),
  ),
  mutant(
    '`ids` is ignored',
    'C4.ids',
    askedFor(({ ids: _ids, ...request }) => request),
  ),
  mutant(
    'an unknown id ends the reading',
    'C4.ids',
    driverIs((driver) => ({
      async *read(request) {
        for await (const page of driver.read(request)) {
          if (request.ids?.includes('999999999')) throw terminal('UnknownOrder', 'there is no such order');
          yield page;
        }
      },
    })),
  ),
  mutant(
    'orders are asked for one by one',
    'C11.ids',
    askedFor((request) => (request.ids ? { ...request, pageSize: 1 } : request)),
  ),
  mutant('each order is asked for again', 'C11.orders', asksAgain),
  mutant('each product is asked for again', 'C11.products', asksAgain),
  mutant('each level is asked for again', 'C11.stock', asksAgain),
  mutant(
    'each reading begins with a check',
    'C4.nothing',
    driverIs((driver, context) => ({
      async *read(request) {
        await plainly(context, 'GET', '/shop', request.signal);
        yield* driver.read(request);
      },
    })),
  ),
  mutant(
    'young orders are left out, not old ones',
    'C4.placed-from',
    driverIs((driver) => ({
      async *read({ placedFrom, ...request }) {
        for await (const page of driver.read(request))
          yield {
            ...page,
            records: page.records.filter(
              (record) => placedFrom === undefined || record.kind !== 'order' || (record.placedAt ?? '') < placedFrom,
            ),
          };
      },
    })),
  ),
  mutant(
    'acknowledges while it reads',
    'C3.acks',
    driverIs((driver, context) => ({
      async *read(request) {
        yield* driver.read(request);
        await plainly(context, 'POST', '/stock', request.signal, { levels: [] });
      },
    })),
  ),
  mutant(
    'gives what to acknowledge, and cannot',
    'C3.acks',
    pagesAre((page) => ({ ...page, acks: new Map(page.records.map((record) => [idOf(record), 'token'])) })),
  ),
  mutant(
    'acknowledges what is not in the page',
    'C3.acks',
    driverIs((driver) => ({
      feeds: { ...driver.feeds, OrderImport: { ...driver.feeds.OrderImport!, acknowledge: async () => undefined } },
      async *read(request) {
        for await (const page of driver.read(request)) yield { ...page, acks: new Map([['another', 'token']]) };
      },
    })),
  ),
  mutant(
    'asks to come again, and gives more all the same',
    'C5.later',
    pagesAre((page) => (page.end ? page : { ...page, againMs: 1000 })),
  ),
  mutant(
    'asks to come again for ever',
    'C5.later',
    driverIs(() => ({
      async *read() {
        yield { records: [], resume: 'job', end: false, againMs: 1000 };
      },
    })),
  ),
  mutant(
    'asks to come again, and forgets what it has not given yet',
    'C5.later',
    driverIs((driver) => ({
      async *read({ resume, ...request }) {
        for await (const page of driver.read(request)) {
          yield resume === undefined
            ? { ...page, end: false, againMs: 1000 }
            : { records: [], resume: 'end', end: true };
          return;
        }
      },
    })),
  ),
  mutant(
    '`resume` is ignored',
    'C5.progress',
    askedFor(({ resume: _resume, ...request }) => (request.ids ? { ...request, resume: _resume } : request)),
  ),
  mutant(
    'the place is the number of a page',
    'C5.resume-2-3',
    driverIs((driver) => ({
      async *read({ resume, ...request }) {
        let page = 0;
        for await (const each of driver.read(request))
          if (++page > Number(resume ?? 0)) yield { ...each, resume: String(page) };
      },
    })),
  ),
  mutant(
    'all places have one name',
    'C5.names',
    pagesAre((page) => ({ ...page, resume: 'on' })),
  ),
  mutant('the place is one page on', 'C5.resume', onePageOn),
  mutant('the place is one page on, of products', 'C5.resume-products', onePageOn),
  mutant('the place is one page on, of levels', 'C5.resume-stock', onePageOn),
  mutant('the place is one page on, of named orders', 'C4.ids-resume', onePageOn),
  mutant(
    'the place is rounded up to a page',
    'C5.resume-3-2',
    placeIsAPage((rows, pageSize) => Math.ceil(rows / pageSize)),
  ),
  mutant(
    'the place is never on the first page',
    'C5.resume-2-100',
    placeIsAPage((rows, pageSize) => Math.min(rows, Math.max(1, Math.floor(rows / pageSize)))),
  ),
  mutant(
    'a place of another release is the end',
    'C5.unknown',
    driverIs((driver) => ({
      async *read(request) {
        if (request.resume?.includes('another release')) yield { records: [], resume: 'end', end: true };
        else yield* driver.read(request);
      },
    })),
  ),
  mutant(
    'fewer than was asked for is the end',
    'C3.page-cap',
    driverIs((driver) => ({
      async *read(request) {
        for await (const page of driver.read(request)) {
          const end = page.end || page.records.length < request.pageSize;
          yield { ...page, end };
          if (end) return;
        }
      },
    })),
  ),
  mutant(
    'a place in the second list is one in the first',
    'C5.resume-settings',
    askedFor((request) =>
      request.feed === 'DataModelSync' && request.resume?.includes('"list":0')
        ? { ...request, resume: JSON.stringify({ list: 1 }) }
        : request,
    ),
  ),
  mutant(
    '`since` is forgotten where it goes on',
    'C5.since',
    careless((items, _since, page, size) => `offset=${items.length === 0 ? 0 : page * size}`),
    'offset',
  ),
  mutant(
    'it remembers what it read last',
    'C4.late-commit',
    driverIs((driver) => {
      let newest = '';
      return {
        async *read(request) {
          for await (const page of driver.read({
            ...request,
            since: request.since !== undefined && newest > request.since ? newest : request.since,
          })) {
            for (const record of page.records)
              if (record.kind === 'order' && record.updatedAt > newest) newest = record.updatedAt;
            yield page;
          }
        },
      };
    }),
  ),
  mutant(
    'it gives what is new to it alone',
    'C4.again',
    driverIs((driver) => {
      const known = new Set<string>();
      return {
        async *read(request) {
          for await (const page of driver.read(request))
            yield {
              ...page,
              records: page.records.filter((record) => {
                const key = JSON.stringify(record);
                return !known.has(key) && known.add(key);
              }),
            };
        },
      };
    }),
  ),
  mutant(
    'it keeps an order as it was first',
    'C7.changed',
    driverIs((driver) => {
      const kept = new Map<string, Page['records'][number]>();
      return {
        async *read(request) {
          for await (const page of driver.read(request))
            yield {
              ...page,
              records: page.records.map((record) => {
                if (record.kind !== 'order') return record;
                if (!kept.has(record.id)) kept.set(record.id, record);
                return kept.get(record.id)!;
              }),
            };
        },
      };
    }),
  ),
  mutant(
    'pages are counted while rows move',
    'C4.moved',
    careless(
      (_items, since, page, size) => `${since === undefined ? '' : `updated_since=${since}&`}offset=${page * size}`,
    ),
    'offset',
  ),
  mutant(
    'pages are counted while rows are deleted',
    'C4.deleted',
    careless(
      (_items, since, page, size) => `${since === undefined ? '' : `updated_since=${since}&`}offset=${page * size}`,
    ),
    'offset',
  ),
  mutant(
    'goes on a millisecond after the last time',
    'C4.ties',
    careless(
      (items) =>
        `updated_since=${new Date(Date.parse(items.at(-1)?.updated_at ?? '2100-01-01T00:00:00Z') + 1).toISOString()}`,
    ),
    'offset',
  ),
];
