import { describe, expect, it } from '@jest/globals';
import { data, refusal, scriptedHttp, type Answer } from '../../test/stores/vendure/scripted-http.ts';
import { HeldWrite, retry, type StockWrite } from '../contract/index.ts';
import { VendureClient } from './client.ts';
import { writeStock } from './stock-write.ts';

const never = new AbortController().signal;
interface Input {
  readonly id: string;
  readonly stockLevels: readonly { stockLocationId: string; stockOnHand: number }[];
}

const entries = (count: number, locationId = 'L'): StockWrite[] =>
  Array.from({ length: count }, (_, index) => ({
    entryId: `e${index}`,
    variantId: `v${index}`,
    sku: `SKU-${index}`,
    locationId,
    quantity: index,
    available: index,
  }));
const applied = (input: readonly Input[]): Answer => data({ updateProductVariants: input });

function storeThat(answer: (input: readonly Input[], call: number) => Answer) {
  let calls = 0;
  const http = scriptedHttp(({ variables }) => answer(variables['input'] as Input[], ++calls));
  return { http, client: new VendureClient(http, { apiKey: 'k' }, { url: 'https://shop.example/admin-api' }) };
}

describe('writing stock', () => {
  it('sends a hundred variants at once, all locations of one together', async () => {
    const { http, client } = storeThat(applied);
    const both = [...entries(150), ...entries(1, 'M').map((entry) => ({ ...entry, entryId: 'second' }))];
    const results = await writeStock(client, both, never);
    expect(results.map(({ outcome }) => outcome)).toEqual(both.map(() => 'Applied'));
    expect(http.asked.map(({ variables }) => (variables['input'] as Input[]).length)).toEqual([100, 50]);
    expect((http.asked[0]?.variables['input'] as Input[])[0]?.stockLevels).toEqual([
      { stockLocationId: 'L', stockOnHand: 0 },
      { stockLocationId: 'M', stockOnHand: 0 },
    ]);
  });

  it('halves a refused batch down to the entries at fault, in few calls', async () => {
    const { http, client } = storeThat((input) =>
      input.some(({ id }) => id === 'v13')
        ? refusal('No ProductVariant with the id "v13" could be found', 'ENTITY_NOT_FOUND')
        : applied(input),
    );
    const results = await writeStock(client, entries(100), never);
    expect(results.filter(({ outcome }) => outcome !== 'Applied')).toEqual([
      { entryId: 'e13', outcome: 'Rejected', reason: 'UnknownVariant', message: expect.stringContaining('SKU-13') },
    ]);
    expect(results).toHaveLength(100);
    expect(http.asked.length).toBeLessThanOrEqual(15);
  });

  it('refuses the one location of a variant that is not there, and sets the other', async () => {
    const { client } = storeThat((input) =>
      input.some(({ stockLevels }) => stockLevels.some(({ stockLocationId }) => stockLocationId === 'gone'))
        ? refusal('FOREIGN KEY constraint failed')
        : applied(input),
    );
    const results = await writeStock(
      client,
      [...entries(1), { ...entries(1)[0]!, entryId: 'other', locationId: 'gone' }],
      never,
    );
    expect(results).toMatchObject([
      { entryId: 'e0', outcome: 'Applied' },
      { entryId: 'other', outcome: 'Rejected', reason: 'UnknownLocation' },
    ]);
  });

  it('tries again what it cannot know: a broken connection, an answer that shows another number', async () => {
    const broken = storeThat(() => {
      throw retry('ConnectionFailed', 'the connection broke');
    });
    expect(await writeStock(broken.client, entries(2), never)).toMatchObject([
      { outcome: 'Retry', reason: 'ConnectionFailed' },
      { outcome: 'Retry' },
    ]);
    expect(broken.http.asked).toHaveLength(1);
    const other = storeThat((input) =>
      applied(
        input.map(({ id, stockLevels }) => ({
          id,
          stockLevels: stockLevels.map((level) => ({ ...level, stockOnHand: 99 })),
        })),
      ),
    );
    expect(await writeStock(other.client, entries(1), never)).toMatchObject([
      { outcome: 'Retry', reason: 'NotConfirmed', message: expect.stringContaining('99 instead of 0') },
    ]);
    const silent = storeThat(() => data({ updateProductVariants: [null] }));
    expect(await writeStock(silent.client, entries(1), never)).toMatchObject([
      { outcome: 'Retry', reason: 'NotConfirmed' },
    ]);
  });

  it('stops at once when the key may not write', async () => {
    const { http, client } = storeThat(() => refusal('not authorized', 'FORBIDDEN', 'updateProductVariants'));
    await expect(writeStock(client, entries(300), never)).rejects.toThrow('UpdateCatalog');
    expect(http.asked).toHaveLength(1);
  });

  it('shows every request in Test mode', async () => {
    const { http, client } = storeThat(() => {
      throw new HeldWrite({ method: 'POST', url: 'https://shop.example/admin-api' });
    });
    await expect(writeStock(client, entries(250), never)).rejects.toThrow(HeldWrite);
    expect(http.asked).toHaveLength(3);
  });
});
