import { describe, expect, it } from '@jest/globals';
import { data, refusal, scriptedHttp, type Answer, type Asked } from '../../test/stores/vendure/scripted-http.ts';
import { HeldWrite, retry, type ShipmentWrite, type WriteResult } from '../contract/index.ts';
import { VendureClient } from './client.ts';
import { writeShipments } from './shipments.ts';

const never = new AbortController().signal;
const entry = (entryId: string): ShipmentWrite => ({
  entryId,
  orderId: '17',
  orderNumber: 'ABC',
  parcel: 1,
  shippedAt: '2026-11-02T08:00:00Z',
  completes: false,
  trackingCode: `JD-${entryId}`,
  lines: [{ lineId: '1', quantity: 1 }],
});
const order = {
  id: '17',
  code: 'ABC',
  state: 'PaymentSettled',
  lines: [{ id: '1', quantity: 5, productVariant: { sku: 'MUG' } }],
  fulfillments: [],
};
const ok = data({ result: { id: '5', state: 'Pending' } });

function write(
  entries: readonly ShipmentWrite[],
  onWrite: (asked: Asked) => Answer,
): { http: ReturnType<typeof scriptedHttp>; results: Promise<readonly WriteResult[]> } {
  const http = scriptedHttp((asked) =>
    asked.intent === 'read' ? data({ orders: { items: [order] } }) : onWrite(asked),
  );
  return {
    http,
    results: writeShipments(
      new VendureClient(http, { apiKey: 'k' }, { url: 'https://shop.example/admin-api' }),
      entries,
      never,
    ),
  };
}

const refused = (errorCode: string, extra: Record<string, unknown> = {}): Answer =>
  data({ result: { errorCode, message: 'no', ...extra } });

describe('reporting shipments', () => {
  it('reads the order anew before each', async () => {
    const { http, results } = write([entry('a'), entry('b')], () => ok);
    expect(await results).toMatchObject([
      { entryId: 'a', outcome: 'Applied' },
      { entryId: 'b', outcome: 'Applied' },
    ]);
    expect(http.asked.map(({ intent }) => intent)).toEqual(['read', 'write', 'write', 'read', 'write', 'write']);
  });

  it.each<[string, Answer, Record<string, unknown>]>([
    [
      'too little stock',
      refused('INSUFFICIENT_STOCK_ON_HAND_ERROR'),
      { outcome: 'Retry', reason: 'InsufficientStock' },
    ],
    ['somebody was quicker', refused('ITEMS_ALREADY_FULFILLED_ERROR'), { outcome: 'Retry', reason: 'StoreRefused' }],
    [
      'no such handler',
      refused('INVALID_FULFILLMENT_HANDLER_ERROR'),
      { outcome: 'Rejected', reason: 'NoFulfillmentHandler' },
    ],
    [
      'a transition that the shop forbids',
      refused('FULFILLMENT_STATE_TRANSITION_ERROR', { transitionError: 'not on Sundays' }),
      { outcome: 'Retry', message: expect.stringContaining('not on Sundays') },
    ],
    ['a failure inside', refusal('deadlock', 'INTERNAL_SERVER_ERROR'), { outcome: 'Retry', reason: 'StoreError' }],
  ])('says what came of %s', async (_what, answer, expected) => {
    expect(await write([entry('a')], () => answer).results).toMatchObject([{ entryId: 'a', ...expected }]);
  });

  it('goes on with the next when one fails, and never sends one twice', async () => {
    const { http, results } = write([entry('a'), entry('b')], ({ variables }) => {
      if (JSON.stringify(variables).includes('JD-a')) throw retry('ConnectionFailed', 'lost');
      return ok;
    });
    expect(await results).toMatchObject([
      { entryId: 'a', outcome: 'Retry', reason: 'ConnectionFailed' },
      { entryId: 'b', outcome: 'Applied' },
    ]);
    expect(http.asked.filter(({ variables }) => JSON.stringify(variables).includes('JD-a'))).toHaveLength(1);
  });

  it('stops at once when the key may not write', async () => {
    const { http, results } = write([entry('a'), entry('b')], () =>
      refusal('not authorized', 'FORBIDDEN', 'addFulfillmentToOrder'),
    );
    await expect(results).rejects.toThrow();
    expect(http.asked).toHaveLength(2);
  });

  it('shows every request in Test mode', async () => {
    const { http, results } = write([entry('a'), entry('b')], ({ request }) => {
      throw new HeldWrite(request);
    });
    await expect(results).rejects.toThrow(HeldWrite);
    expect(http.asked.filter(({ intent }) => intent === 'write')).toHaveLength(2);
  });
});
