import { describe, expect, it } from '@jest/globals';
import { documentOf, never, triedShop, type Answer, type TriedShop } from '../../test/stores/shopify/shop.ts';
import { Random } from '../../simulator/random.ts';
import { addProduct } from '../../simulator/shop/generate.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import {
  DriverError,
  errorDetails,
  type DriverErrorDetails,
  type Page,
  type ReadRequest,
  type ShopRequest,
} from '../contract/index.ts';
import { BULK_STOCK } from './documents.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const FILES = 'https://storage.googleapis.com/';
const isFile = ({ url }: ShopRequest): boolean => url.startsWith(FILES);
const isStart = (request: ShopRequest): boolean => documentOf(request).includes('bulkOperationRunQuery');
const files = ({ asked }: TriedShop): number => asked.filter(isFile).length;
const starts = ({ asked }: TriedShop): number => asked.filter((each) => !isFile(each) && isStart(each)).length;

interface Run {
  readonly pages: readonly Page[];
  readonly records: readonly CanonicalRecord[];
  /** The last place that the hub has. */
  readonly resume: string | undefined;
  readonly end: boolean;
  readonly againMs: number | undefined;
  readonly error: DriverErrorDetails | undefined;
}

/** One run as the engine makes it: what is thrown ends it, and the last place stays. `most`: then it is killed. */
async function run(
  { driver }: TriedShop,
  feed: ReadRequest['feed'],
  { resume, most = Infinity, ...asked }: Partial<ReadRequest> & { readonly most?: number } = {},
): Promise<Run> {
  const pages: Page[] = [];
  let error: DriverErrorDetails | undefined;
  try {
    for await (const page of driver.read({ feed, pageSize: 100, signal: never(), ...asked, resume })) {
      pages.push(page);
      if (pages.length === most) break;
    }
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(DriverError);
    error = errorDetails(thrown);
  }
  const last = pages.at(-1);
  const records = pages.flatMap((page) => page.records);
  return { pages, records, resume: last?.resume ?? resume, end: last?.end ?? false, againMs: last?.againMs, error };
}

/** Runs until the driver says that there is no more, with the waits in between that it asks for. */
async function toTheEnd(
  shop: TriedShop,
  feed: ReadRequest['feed'],
  from?: string,
): Promise<{ readonly records: readonly CanonicalRecord[]; readonly waits: readonly number[] }> {
  const records: CanonicalRecord[] = [];
  const waits: number[] = [];
  for (let resume = from; ;) {
    const done = await run(shop, feed, { resume });
    if (done.error) throw new Error(`${done.error.reason}: ${done.error.message}`);
    records.push(...done.records);
    if (done.end) return { records, waits };
    waits.push(done.againMs!);
    await shop.clock.advance(done.againMs!);
    resume = done.resume;
    expect(waits.length).toBeLessThan(50);
  }
}

/** A run that finds the file ready; the place before it. */
async function ready(shop: TriedShop, feed: ReadRequest['feed']): Promise<string> {
  const { resume, againMs, records } = await run(shop, feed);
  expect([records.length, againMs]).toEqual([0, 5000]);
  await shop.clock.advance(3_600_000);
  return resume!;
}

const levelIds = (records: readonly CanonicalRecord[]): string[] =>
  records.map((record) => (record.kind === 'stock' ? `${record.variantId}@${record.locationId}` : record.kind));
const productIds = (records: readonly CanonicalRecord[]): string[] =>
  records.map((record) => (record.kind === 'product' ? record.id : record.kind));
const levelsOf = ({ store }: TriedShop): string[] =>
  store.truth.levels().map(({ variantId, locationId }) => `${variantId}@${locationId}`);

/** A shop of a few products whose catalogue counts as a large one. */
function fewButLarge(products = 30, instead?: (request: ShopRequest) => Answer | undefined): TriedShop {
  const shop = triedShop({ empty: true, largest: 0, instead });
  const random = new Random(5);
  for (let count = 0; count < products; count++) addProduct(shop.store.shop, random);
  return shop;
}

function shopOf(variants: number, options: Parameters<typeof triedShop>[0] = {}): TriedShop {
  const shop = triedShop({ empty: true, ...options });
  const random = new Random(5);
  for (let count = 0; count < variants;) count += addProduct(shop.store.shop, random).variants.length;
  return shop;
}

/** A question of somebody else who uses the app. */
const somebodyAsks = ({ store }: TriedShop, query: string): Record<string, unknown> => {
  const { body } = store.handle({
    ...{ method: 'POST', path: '/api/2026-07/graphql.json', headers: { 'x-shopify-access-token': 'shpat_good' } },
    body: JSON.stringify({ query }),
  });
  return (JSON.parse(body) as { data: Record<string, unknown> }).data;
};
const OTHER =
  'mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }") { bulkOperation { id } } }';
const stateOf = (shop: TriedShop, number: number): unknown =>
  (
    somebodyAsks(shop, `{ bulkOperation(id: "gid://shopify/BulkOperation/${number}") { status } }`)[
      'bulkOperation'
    ] as { status: string }
  ).status;

describe('a shop of 30,000 variants', () => {
  it('is read whole, each level once, in a few calls and without waiting in one of them', async () => {
    const shop = shopOf(30_000);
    const stock = await toTheEnd(shop, 'StockImport');
    const wanted = levelsOf(shop);
    expect(wanted.length).toBeGreaterThanOrEqual(60_000);
    const given = levelIds(stock.records);
    expect(new Set(given).size).toBe(given.length);
    expect(new Set(given)).toEqual(new Set(wanted));
    // The time that it takes is spent between runs: 5, 10, 20, 40 and 60 seconds, then once a minute.
    expect(stock.waits).toEqual([5000, 10_000, 20_000, 40_000, 60_000]);
    // How many there are, the start, five looks and the file.
    expect(shop.asked.length).toBe(8);
  }, 180_000);

  it('has its products read as a file, too: each once', async () => {
    const shop = shopOf(10_001);
    const given = productIds((await toTheEnd(shop, 'ProductImport')).records);
    expect([...given].sort()).toEqual(
      shop.store.truth
        .products()
        .map(({ id }) => id)
        .sort(),
    );
    expect(starts(shop)).toBe(1);
  }, 120_000);
});

describe('a reading that is killed', () => {
  it.each(['StockImport', 'ProductImport'] as const)(
    'in the middle of the file loses nothing and gives nothing twice: %s',
    async (feed) => {
      const shop = shopOf(600, { largest: 100 });
      const place = await ready(shop, feed);
      const before = await run(shop, feed, { resume: place, pageSize: 10, most: 21 });
      // The page after the last that the hub has was under way.
      const kept = before.pages.slice(0, 20);
      const again = await run(shop, feed, { resume: kept.at(-1)!.resume, pageSize: 7 });
      expect(again.end).toBe(true);
      const idsOf = feed === 'StockImport' ? levelIds : productIds;
      const given = idsOf([...kept.flatMap(({ records }) => records), ...again.records]);
      const wanted = feed === 'StockImport' ? levelsOf(shop) : shop.store.truth.products().map(({ id }) => id);
      expect([...given].sort()).toEqual([...wanted].sort());
      expect([starts(shop), files(shop)]).toEqual([1, 2]);
    },
  );

  it('before the hub knew of the operation costs that one and no more', async () => {
    const shop = fewButLarge();
    await run(shop, 'StockImport');
    expect(levelIds((await toTheEnd(shop, 'StockImport')).records)).toHaveLength(levelsOf(shop).length);
    expect(starts(shop)).toBe(2);
  });
});

describe('what is asked for as a file', () => {
  it('is a catalogue of more variants than the bound, and no smaller one', async () => {
    const wayOf = async (largest: number, feed: ReadRequest['feed']) => {
      const shop = triedShop({ largest });
      await run(shop, feed);
      return starts(shop) > 0 ? 'file' : 'pages';
    };
    const variants = triedShop()
      .store.truth.products()
      .reduce((sum, product) => sum + product.variants.length, 0);
    for (const feed of ['ProductImport', 'ProductImageImport', 'ProductUpdate', 'StockImport', 'StockCheck'] as const) {
      expect([feed, await wayOf(variants - 1, feed)]).toEqual([feed, 'file']);
      expect([feed, await wayOf(variants, feed)]).toEqual([feed, 'pages']);
    }
  });

  it('is never what changed since a time, a window, or what is named', async () => {
    const shop = fewButLarge();
    const { id } = shop.store.truth.products()[0]!;
    for (const asked of [{ since: '2026-01-01T00:00:00Z' }, { until: '2030-01-01T00:00:00Z' }, { ids: [id] }]) {
      const { end, records } = await run(shop, 'ProductUpdate', asked);
      expect([end, records.length > 0]).toEqual([true, true]);
    }
    const named = await run(shop, 'StockImport', { ids: [shop.store.truth.levels()[0]!.variantId] });
    expect(levelIds(named.records)).toHaveLength(2);
    expect(starts(shop)).toBe(0);
  });

  it('is asked for in place of a list in pages that cannot come to its end', async () => {
    const shop = shopOf(300, { largest: 200 });
    const inPages = JSON.stringify({ after: 'MDAwMDAwMDAwMDAwMDAwMDAwMDE=', read: 201 });
    await run(shop, 'StockImport', { resume: inPages });
    expect(starts(shop)).toBe(1);
    const small = shopOf(300, { largest: 200 });
    await run(small, 'StockImport', { resume: inPages.replace('201', '200') });
    expect(starts(small)).toBe(0);
  });

  it('gives the very records that the list in pages gives', async () => {
    for (const feed of ['ProductImport', 'StockImport'] as const) {
      const inPages = await toTheEnd(triedShop(), feed);
      const asFile = await toTheEnd(triedShop({ largest: 0 }), feed);
      const sorted = (records: readonly CanonicalRecord[]) =>
        [...records].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
      expect(asFile.records.length).toBeGreaterThan(5);
      expect(sorted(asFile.records)).toEqual(sorted(inPages.records));
    }
  });

  it('has as many images and attributes of a product as the list in pages has', async () => {
    const shops = [triedShop({ empty: true }), triedShop({ empty: true, largest: 0 })] as const;
    const [inPages, asFile] = await Promise.all(
      shops.map(async (shop) => {
        const product = addProduct(shop.store.shop, new Random(5));
        const many = Array.from({ length: 30 }, (_, at) => at);
        shop.store.shop.saveProduct({
          ...product,
          images: many.map((at) => ({ id: `9${at}`, url: `https://images.example/${at}.jpg`, position: at })),
          attributes: Object.fromEntries(many.map((at) => [`attribute_${at}`, 'x'])),
        });
        return (await toTheEnd(shop, 'ProductImport')).records;
      }),
    );
    expect(asFile).toEqual(inPages);
    expect(asFile![0]).toMatchObject({ images: { length: 25 } });
  });

  it('of a shop without products is empty', async () => {
    const shop = triedShop({ empty: true, largest: -1 });
    expect(await toTheEnd(shop, 'ProductImport')).toEqual({ records: [], waits: [5000] });
  });

  it('comes from the storage by a call without a key, whose address is in no place', async () => {
    const shop = fewButLarge();
    const place = await ready(shop, 'StockImport');
    const { pages } = await run(shop, 'StockImport', { resume: place, pageSize: 3 });
    const [file, ...more] = shop.asked.filter(isFile);
    expect(more).toEqual([]);
    expect(file).toMatchObject({ method: 'GET', stream: true, bucket: 'files', headers: { accept: '*/*' } });
    expect(file!.auth).toBeUndefined();
    for (const { resume } of pages) expect(resume).not.toMatch(/storage|Signature/);
  });
});

describe('a bulk operation', () => {
  it('that waits for five others leaves them alone, and is started when one has ended', async () => {
    const shop = shopOf(1500, { largest: 0 });
    for (let count = 0; count < 5; count++)
      somebodyAsks(shop, OTHER.replace('id }', 'id variants { edges { node { id } } } }'));
    const first = await run(shop, 'StockImport');
    expect(first).toMatchObject({ end: false, againMs: 5000, error: undefined });
    expect(first.resume).toContain('"bulk":null');
    const second = await run(shop, 'StockImport', { resume: first.resume });
    expect(second.againMs).toBe(10_000);
    expect(second.resume).not.toBe(first.resume);
    expect([1, 2, 3, 4, 5].map((number) => stateOf(shop, number))).toEqual(Array(5).fill('CREATED'));
    expect(shop.asked.some((each) => documentOf(each).includes('bulkOperationCancel'))).toBe(false);
    await shop.clock.advance(60_000);
    const { records } = await toTheEnd(shop, 'StockImport', second.resume);
    expect(new Set(levelIds(records))).toEqual(new Set(levelsOf(shop)));
    expect([1, 2, 3, 4, 5].map((number) => stateOf(shop, number))).toEqual(Array(5).fill('COMPLETED'));
  });

  it('that failed is started anew', async () => {
    const shop = fewButLarge();
    shop.store.faults.force('failed-job');
    const { records } = await toTheEnd(shop, 'ProductImport');
    expect(productIds(records)).toHaveLength(30);
    expect(starts(shop)).toBe(2);
  });

  it('that fails three times in a row is said by name, and started anew after that', async () => {
    const shop = fewButLarge();
    shop.store.faults.force('failed-job', 3);
    let resume: string | undefined;
    const reasons: (string | undefined)[] = [];
    for (let runs = 0; runs < 4; runs++) {
      const done = await run(shop, 'ProductImport', { resume });
      reasons.push(done.error?.reason);
      if (done.error) expect(done.error.message).toMatch(/3 bulk operations for all products .*INTERNAL_SERVER_ERROR/);
      await shop.clock.advance(done.againMs ?? 0);
      resume = done.resume;
    }
    expect(reasons).toEqual([undefined, undefined, undefined, 'BulkOperationFailed']);
    expect(productIds((await toTheEnd(shop, 'ProductImport', resume)).records)).toHaveLength(30);
  });

  it('that somebody cancels is started anew', async () => {
    const shop = shopOf(1500, { largest: 0 });
    const { resume } = await run(shop, 'StockImport');
    somebodyAsks(
      shop,
      'mutation { bulkOperationCancel(id: "gid://shopify/BulkOperation/1") { bulkOperation { id } } }',
    );
    expect(stateOf(shop, 1)).toBe('CANCELING');
    // It still ends by itself.
    const waits = await run(shop, 'StockImport', { resume });
    expect([waits.againMs, starts(shop)]).toEqual([10_000, 1]);
    await shop.clock.advance(10_000);
    expect(stateOf(shop, 1)).toBe('CANCELED');
    const { records } = await toTheEnd(shop, 'StockImport', waits.resume);
    expect(new Set(levelIds(records))).toEqual(new Set(levelsOf(shop)));
    expect(starts(shop)).toBe(2);
  });

  it('whose file is kept no longer is started anew, also where half of the file was read', async () => {
    const shop = fewButLarge();
    const half = await run(shop, 'ProductImport', {
      resume: await ready(shop, 'ProductImport'),
      pageSize: 10,
      most: 2,
    });
    expect(productIds(half.records)).toHaveLength(20);
    await shop.clock.advance(WEEK_MS);
    expect(stateOf(shop, 1)).toBe('EXPIRED');
    const { records } = await toTheEnd(shop, 'ProductImport', half.resume);
    expect(productIds(records)).toHaveLength(30);
    expect(starts(shop)).toBe(2);
  });

  it.each([400, 403, 404, 410])(
    'whose file the storage does not give any more (%i) is started anew',
    async (status) => {
      let refused = false;
      const shop = fewButLarge(30, (request) => {
        if (!isFile(request) || refused) return undefined;
        refused = true;
        return { status, json: '<Error/>', headers: { 'content-type': 'application/xml' } };
      });
      expect(productIds((await toTheEnd(shop, 'ProductImport')).records)).toHaveLength(30);
      expect(starts(shop)).toBe(2);
    },
  );

  it.each([
    [503, 'StoreUnavailable', 'retry'],
    [429, 'RateLimited', 'waiting'],
  ])('whose file cannot be given at the moment (%i) keeps its place', async (status, reason, behaviour) => {
    const shop = fewButLarge(30, (request) => (isFile(request) ? { status, json: '' } : undefined));
    const place = await ready(shop, 'ProductImport');
    const { error, resume } = await run(shop, 'ProductImport', { resume: place });
    expect(error).toMatchObject({ reason, behaviour });
    expect(error!.message).not.toMatch(/Signature|https/);
    expect(resume).toBe(place);
  });

  it('that Shopify does not know any more is started anew', async () => {
    const shop = fewButLarge();
    const { resume } = await run(shop, 'ProductImport');
    const lost = resume!.replace('BulkOperation/1', 'BulkOperation/999');
    expect(productIds((await toTheEnd(shop, 'ProductImport', lost)).records)).toHaveLength(30);
    expect(starts(shop)).toBe(2);
  });

  it('that the app may not have is said by name, and started anew once it may', async () => {
    const operation = { status: 'FAILED', errorCode: 'ACCESS_DENIED', rootObjectCount: '0', url: null };
    let allowed = false;
    const shop = fewButLarge(30, (request) =>
      !allowed && !isFile(request) && documentOf(request).includes('errorCode')
        ? { json: { data: { bulkOperation: operation } } }
        : undefined,
    );
    const { resume } = await run(shop, 'StockImport');
    const denied = await run(shop, 'StockImport', { resume });
    expect(denied.error).toMatchObject({ reason: 'PermissionMissing', behaviour: 'terminal' });
    expect(denied.error!.message).toContain('read_inventory');
    allowed = true;
    const { records } = await toTheEnd(shop, 'StockImport', denied.resume);
    expect(new Set(levelIds(records))).toEqual(new Set(levelsOf(shop)));
    expect(starts(shop)).toBe(2);
  });

  it('that Shopify does not take is said in its words', async () => {
    const userErrors = [
      { field: ['query'], message: 'Bulk queries must contain at least one connection.', code: 'INVALID' },
    ];
    const shop = fewButLarge(1, (request) =>
      isStart(request) ? { json: { data: { bulkOperationRunQuery: { bulkOperation: null, userErrors } } } } : undefined,
    );
    expect((await run(shop, 'StockImport')).error).toMatchObject({
      reason: 'UnsupportedSchema',
      message: expect.stringContaining('at least one connection'),
    });
  });

  it('asks for what belongs to an object behind it', () => {
    const shop = fewButLarge(1);
    return run(shop, 'StockImport').then(() => {
      const [start] = shop.asked.filter(isStart);
      expect(documentOf(start!)).toContain('groupObjects: true');
      expect(JSON.parse(String(start!.body))).toMatchObject({ variables: { query: BULK_STOCK } });
    });
  });
});

describe('a file that is not as it should be', () => {
  /** Fetched so often, it is changed; as text, for it is no JSON. */
  function spoilt(times: number, change: (text: string) => string): TriedShop {
    let left = times;
    const whole = fewButLarge(30);
    const shop = fewButLarge(30, (request) => {
      if (!isFile(request) || left-- <= 0) return undefined;
      const answer = shop.store.answer({ method: 'GET', path: request.url.slice(FILES.length - 1), headers: {} });
      return { text: change(answer.body) };
    });
    expect(levelsOf(whole)).toEqual(levelsOf(shop));
    return shop;
  }
  const half = (text: string): string => text.slice(0, text.length >> 1);
  const toTheEndThoughItFails = async (shop: TriedShop): Promise<{ records: CanonicalRecord[]; reasons: string[] }> => {
    const [records, reasons]: [CanonicalRecord[], string[]] = [[], []];
    for (let resume: string | undefined; ;) {
      const done = await run(shop, 'StockImport', { resume, pageSize: 10 });
      records.push(...done.records);
      if (done.error) reasons.push(done.error.reason);
      if (done.end) return { records, reasons };
      await shop.clock.advance(done.againMs ?? 0);
      resume = done.resume;
      expect(reasons.length).toBeLessThan(9);
    }
  };

  it.each([
    ['cut off in a line', half],
    ['cut off between two lines', (text: string) => half(text).replace(/\n[^\n]*$/, '\n')],
    ['a web page', () => '<html><body>Back soon</body></html>'],
  ])('since it was %s is fetched again, and goes on where it was', async (_what, change) => {
    const shop = spoilt(1, change);
    const { records, reasons } = await toTheEndThoughItFails(shop);
    expect(reasons).toEqual(['UnexpectedPayload']);
    expect(levelIds(records)).toHaveLength(levelsOf(shop).length);
    expect(new Set(levelIds(records))).toEqual(new Set(levelsOf(shop)));
    expect([starts(shop), files(shop)]).toEqual([1, 2]);
  });

  it('and stays so is made anew', async () => {
    const shop = spoilt(4, half);
    const { records, reasons } = await toTheEndThoughItFails(shop);
    expect(reasons.length).toBeGreaterThanOrEqual(3);
    expect(new Set(levelIds(records))).toEqual(new Set(levelsOf(shop)));
    expect(starts(shop)).toBe(2);
  });

  it('and has something that lies in an object elsewhere than behind it is not taken: it would be left out', async () => {
    const shop = spoilt(1, (text) => {
      const [root, child, ...rest] = text.split('\n');
      return [root, ...rest.filter((line) => line !== ''), child].join('\n');
    });
    const place = await ready(shop, 'StockImport');
    const { error, records } = await run(shop, 'StockImport', { resume: place, pageSize: 1000 });
    expect(records).toEqual([]);
    expect(error).toMatchObject({ behaviour: 'terminal', reason: 'UnsupportedSchema' });
    expect(error!.message).toMatch(/line \d+ of a bulk operation does not belong/);
  });

  it('takes levels that are said to lie in the inventory item as well as in the variant', async () => {
    const shop = spoilt(1, (text) =>
      text.replaceAll(/"__parentId":"gid:\/\/shopify\/ProductVariant/g, '"__parentId":"gid://shopify/InventoryItem'),
    );
    const { records } = await toTheEnd(shop, 'StockImport');
    expect(new Set(levelIds(records))).toEqual(new Set(levelsOf(shop)));
    expect(levelIds(records)).toHaveLength(levelsOf(shop).length);
  });
});
