import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

/** A shop that answers with a file far larger than the memory, a block of it made when it is asked for. */
const SCRIPT = (folder: string, products: number): string => `
  import { memoryVault, wholeResponse } from '${folder}../contract/index.ts';
  import { shopify } from '${folder}index.ts';

  const BLOCK = 1000;
  let bytes = 0;
  const about = 'x'.repeat(1300);
  const time = '2026-11-02T08:00:00Z';
  function linesOf(number) {
    const id = 'gid://shopify/Product/' + number;
    const product = { __typename: 'Product', id, title: 'Cup', descriptionHtml: about, vendor: 'V', productType: '',
      status: 'ACTIVE', createdAt: time, updatedAt: time };
    const variant = { __typename: 'ProductVariant', id: 'gid://shopify/ProductVariant/' + number, sku: 'S' + number,
      title: 'Default Title', barcode: null, price: '1.00', compareAtPrice: null, selectedOptions: [],
      inventoryItem: { tracked: true, measurement: null }, __parentId: id };
    return JSON.stringify(product) + '\\n' + JSON.stringify(variant) + '\\n';
  }
  async function* file() {
    for (let from = 0; from < ${products}; from += BLOCK) {
      const block = Buffer.from(Array.from({ length: BLOCK }, (_, at) => linesOf(1 + from + at)).join(''));
      bytes += block.length;
      yield block;
    }
  }
  const json = (data) => wholeResponse(200, { 'content-type': 'application/json' }, JSON.stringify({ data }));
  const read = async ({ url, body }) => {
    if (url === 'https://storage.googleapis.com/file') return { status: 200, headers: {}, bytes: file };
    const { query } = JSON.parse(body);
    if (query.includes('bulkOperationRunQuery'))
      return json({ bulkOperationRunQuery: { bulkOperation: { id: 'gid://shopify/BulkOperation/1' }, userErrors: [] } });
    if (query.includes('bulkOperation('))
      return json({ bulkOperation: { status: 'COMPLETED', errorCode: null, rootObjectCount: '${products}',
        url: 'https://storage.googleapis.com/file' } });
    return json({ shop: { currencyCode: 'EUR', taxesIncluded: true }, productVariantsCount: { count: ${products} } });
  };
  const driver = shopify.connect({
    credential: { accessToken: 'shpat_x' },
    settings: shopify.settings.parse({ url: 'https://shop.example' }),
    http: { read, write: read, observe() {} },
    now: () => new Date(),
    tokens: memoryVault(),
  });
  let count = 0;
  let last;
  for (let resume; !last?.end; resume = last.resume)
    for await (const page of driver.read({ feed: 'ProductImport', pageSize: 100, resume, signal: new AbortController().signal })) {
      count += page.records.length;
      last = page;
    }
  console.log(JSON.stringify({ count, bytes }));`;

it('a catalogue of 70,000 products is read as it comes: its file is more than three times as large as the memory', async () => {
  const folder = new URL('.', import.meta.url).href;
  const flags = ['--max-old-space-size=32', '--disable-warning=ExperimentalWarning', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', SCRIPT(folder, 70_000)]);
  const { count, bytes } = JSON.parse(stdout) as { count: number; bytes: number };
  expect(count).toBe(70_000);
  expect(bytes).toBeGreaterThan(3 * 32 * 1024 * 1024);
}, 240_000);
