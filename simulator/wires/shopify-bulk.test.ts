import { describe, expect, it, jest } from '@jest/globals';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { PERMISSIONS } from '../desk/permissions.ts';
import { Random } from '../random.ts';
import { addProduct } from '../shop/generate.ts';
import { SimulatedShop } from '../simulated-shop.ts';
import { FILES } from './shopify-bulk.ts';
import { shopifyWire } from './shopify.ts';

// A busy machine takes its time.
jest.setTimeout(60_000);

const KEY = { 'x-shopify-access-token': 'shpat_good' };
const PRODUCTS =
  '{ products { edges { node { id variants { edges { node { id media { edges { node { id } } } } } } } } } }';

interface Operation {
  readonly id: string;
  readonly status: string;
  readonly errorCode: string | null;
  readonly objectCount: string;
  readonly rootObjectCount: string;
  readonly fileSize: string | null;
  readonly url: string | null;
  readonly partialDataUrl: string | null;
}
interface Answer {
  readonly bulkOperation: Operation | null;
  readonly userErrors: readonly {
    readonly field: readonly string[] | null;
    readonly message: string;
    readonly code: string;
  }[];
}

/** A shop with a few products, and somebody who asks it. */
function shopWith(products: number) {
  const clock = new ManualClock('2026-11-02T08:00:00.000Z');
  const store = new SimulatedShop({ clock, wire: shopifyWire, apiKey: 'good' });
  const random = new Random(5);
  for (let count = 0; count < products; count++) addProduct(store.shop, random);
  const ask = (document: string, variables: object = {}, headers: Readonly<Record<string, string>> = KEY) => {
    const request = { method: 'POST', path: '/api/2026-07/graphql.json', headers };
    const answer = store.handle({ ...request, body: JSON.stringify({ query: document, variables }) });
    return (JSON.parse(answer.body) as { data: Record<string, unknown> }).data;
  };
  const shown = 'id status errorCode objectCount rootObjectCount fileSize url partialDataUrl';
  const start = (query: string, groupObjects?: boolean, headers?: Readonly<Record<string, string>>): Answer => {
    const document = `mutation ($query: String!, $groupObjects: Boolean! = false) {
      bulkOperationRunQuery(query: $query, groupObjects: $groupObjects) {
        bulkOperation { ${shown} } userErrors { field message code } } }`;
    return ask(document, { query, groupObjects }, headers)['bulkOperationRunQuery'] as Answer;
  };
  const look = (id: string): Operation | null =>
    ask(`query ($id: ID!) { bulkOperation(id: $id) { ${shown} } }`, { id })['bulkOperation'] as Operation | null;
  const fetchFile = (url: string, headers: Readonly<Record<string, string>> = {}) => {
    expect(url.startsWith(FILES)).toBe(true);
    return store.handle({ method: 'GET', path: url.slice(FILES.length), headers });
  };
  return { clock, store, ask, start, look, fetchFile };
}

const linesOf = (text: string): { id: string; __parentId?: string }[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: string; __parentId?: string });

describe('a bulk operation', () => {
  it('is created, runs and is completed as time goes by, and is expired after seven days', async () => {
    const { clock, start, look } = shopWith(900);
    const { bulkOperation, userErrors } = start(PRODUCTS);
    expect(userErrors).toEqual([]);
    expect(bulkOperation).toMatchObject({ status: 'CREATED', objectCount: '0', url: null, fileSize: null });
    const { id } = bulkOperation!;
    await clock.advance(1000);
    expect(look(id)).toMatchObject({ status: 'RUNNING', url: null });
    await clock.advance(60_000);
    expect(look(id)).toMatchObject({
      status: 'COMPLETED',
      rootObjectCount: '900',
      errorCode: null,
      partialDataUrl: null,
    });
    expect(look(id)!.url).toMatch(/^https:\/\/storage\.googleapis\.com\/.*Expires=\d+&Signature=[0-9a-f]+$/);
    await clock.advance(7 * 24 * 3_600_000);
    expect(look(id)).toMatchObject({ status: 'EXPIRED', url: null });
    expect(look('gid://shopify/BulkOperation/999')).toBeNull();
  });

  it('gives a line for each object, those of a list behind what they lie in only where that is asked for', () => {
    const { store, start, look, fetchFile } = shopWith(4);
    const variants = store.truth.products().flatMap((product) => product.variants).length;
    const fileOf = (grouped: boolean) => {
      const { url, objectCount, fileSize } = look(start(PRODUCTS, grouped).bulkOperation!.id)!;
      const { body, status } = fetchFile(url!);
      expect([status, String(Buffer.byteLength(body))]).toEqual([200, fileSize]);
      const lines = linesOf(body);
      expect([lines.length, objectCount]).toEqual([4 + variants, String(4 + variants)]);
      return lines;
    };
    const misplaced = (lines: readonly { readonly id: string; readonly __parentId?: string }[]): number => {
      let root = '';
      return lines.filter(({ id, __parentId }) => {
        if (__parentId === undefined) root = id;
        return __parentId !== undefined && __parentId !== root;
      }).length;
    };
    expect(misplaced(fileOf(true))).toBe(0);
    expect(misplaced(fileOf(false))).toBeGreaterThan(0);
  });

  it('that found nothing has no file', () => {
    const { start, look } = shopWith(0);
    expect(look(start(PRODUCTS).bulkOperation!.id)).toMatchObject({ status: 'COMPLETED', objectCount: '0', url: null });
  });

  it('is one of five at most; a sixth is refused in the words that were recorded, until one is over', async () => {
    const { clock, start } = shopWith(900);
    const ids = [1, 2, 3, 4, 5].map(() => start(PRODUCTS).bulkOperation!.id);
    expect(start(PRODUCTS)).toEqual({
      bulkOperation: null,
      userErrors: [
        {
          field: null,
          message: `A bulk query operation for this app and shop is already in progress: ${ids.join(', ')}.`,
          code: 'OPERATION_IN_PROGRESS',
        },
      ],
    });
    await clock.advance(60_000);
    expect(start(PRODUCTS).userErrors).toEqual([]);
  });

  it('that is cancelled is being cancelled for a while', async () => {
    const { clock, ask, start, look } = shopWith(900);
    const { id } = start(PRODUCTS).bulkOperation!;
    ask('mutation ($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { id } userErrors { message } } }', { id });
    expect(look(id)!.status).toBe('CANCELING');
    await clock.advance(1000);
    expect(look(id)).toMatchObject({ status: 'CANCELED', url: null });
  });

  it('that fails has a part of the data; one that the app may not have fails by name', () => {
    const { store, start, look } = shopWith(2);
    store.faults.force('failed-job');
    const failed = look(start(PRODUCTS).bulkOperation!.id);
    expect(failed).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', url: null });
    expect(failed!.partialDataUrl).toContain('Signature=');
    store.keys.fixed.set(
      'less',
      PERMISSIONS.filter((each) => each !== 'products:read'),
    );
    const denied = look(start(PRODUCTS, false, { 'x-shopify-access-token': 'shpat_less' }).bulkOperation!.id);
    expect(denied).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', url: null, partialDataUrl: null });
  });
});

describe('the file of a bulk operation', () => {
  const made = () => {
    const shop = shopWith(3);
    return { ...shop, url: shop.look(shop.start(PRODUCTS).bulkOperation!.id)!.url! };
  };

  it('is for whoever has its address, and not for a key: none has any business there', () => {
    const { url, fetchFile } = made();
    expect(fetchFile(url).status).toBe(200);
    expect(fetchFile(url, KEY).status).toBe(400);
    expect(fetchFile(url, { authorization: 'Bearer x' }).status).toBe(400);
  });

  it('is given for seven days, and not for an address that was changed', async () => {
    const { clock, url, fetchFile } = made();
    expect(fetchFile(url.replace(/Signature=./, 'Signature=z')).status).toBe(403);
    expect(fetchFile(url.replace(/Expires=\d/, 'Expires=9')).status).toBe(403);
    await clock.advance(7 * 24 * 3_600_000 - 1000);
    expect(fetchFile(url).status).toBe(200);
    await clock.advance(1000);
    expect(fetchFile(url)).toMatchObject({ status: 400, body: expect.stringContaining('ExpiredToken') });
  });

  it('lies at the shop itself where that is called over HTTP', () => {
    const { start, look, ask } = shopWith(1);
    const { id } = start(PRODUCTS).bulkOperation!;
    expect(look(id)!.url).toMatch(/^https:\/\/storage/);
    const headers = { ...KEY, host: '127.0.0.1:4000' };
    const { url } = ask('query ($id: ID!) { bulkOperation(id: $id) { url } }', { id }, headers)['bulkOperation'] as {
      url: string;
    };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:4000\/admin\//);
  });
});

/* As recorded at Shopify's version 2026-04 (bulk-operation-run-query-validators, -user-error-codes). */
describe('a question that is refused', () => {
  const list = (name: string, inner = 'id'): string => `${name} { edges { node { ${inner} } } }`;
  it.each([
    ['without a list', '{ shop { id } }', 'Bulk queries must contain at least one connection.'],
    [
      'by nodes',
      '{ products { nodes { id title } } }',
      "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'products { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: 'products'.",
    ],
    [
      'too deep',
      `{ ${list('orders', `id ${list('lineItems', `id variant { product { ${list('variants', `id ${list('media')}`)} } }`)}`)} }`,
      'Bulk queries cannot contain connections with a nesting depth greater than 2.',
    ],
    [
      'of too many lists',
      `{ ${list('products', ['id', 'media', 'metafields', ...['a', 'b', 'c'].map((each) => `${each}: variants`)].map((each) => (each === 'id' ? each : list(each))).join(' '))} }`,
      'Bulk queries cannot contain more than 5 connections.',
    ],
    [
      'without the id of what a list lies in',
      `{ ${list('products', `title ${list('variants')}`)} }`,
      "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': products.",
    ],
    [
      'that writes',
      'mutation { webhookSubscriptionDelete(id: "1") { deletedWebhookSubscriptionId } }',
      'Invalid operation type. Only `query` operations are supported.',
    ],
    [
      'of a list within a list that is none of edges',
      '{ orders { edges { node { id fulfillments { fulfillmentLineItems { edges { node { id } } } } } } } }',
      'Queries that contain a connection field within a list field are not currently supported.',
    ],
  ])('%s', (_what, query, message) => {
    expect(shopWith(1).start(query)).toEqual({
      bulkOperation: null,
      userErrors: [{ field: ['query'], message, code: 'INVALID' }],
    });
  });

  it('since it is none', () => {
    expect(shopWith(1).start('').userErrors[0]!.message).toMatch(/^Invalid bulk query: /);
  });
});
