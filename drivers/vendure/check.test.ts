import { describe, expect, it } from '@jest/globals';
import { data, refusal, scriptedHttp, type Answer, type Asked } from '../../test/stores/vendure/scripted-http.ts';
import { retry, waiting, type CheckReport } from '../contract/index.ts';
import { check } from './check.ts';
import { VendureClient } from './client.ts';
import { vendure } from './index.ts';

const never = new AbortController().signal;
const all = vendure.manifest.feeds.map(({ type }) => type);
const identity = data({
  activeChannel: { code: 'eu', token: 'channel-token', defaultCurrencyCode: 'EUR' },
  globalSettings: { id: '1' },
});

function report(answer: (asked: Asked) => Answer, feeds = all): Promise<CheckReport> {
  return check(
    new VendureClient(scriptedHttp(answer), { apiKey: 'k' }, { url: 'https://shop.example/admin-api' }),
    feeds,
    never,
  );
}

describe('the check', () => {
  it.each(['DnsFailure', 'ConnectionRefused', 'CertificateInvalid', 'Timeout', 'ConnectionFailed'] as const)(
    'passes %s on, and says nothing about the key',
    async (reason) => {
      expect(
        await report(() => {
          throw retry(reason, 'the network says so');
        }),
      ).toEqual({
        reachable: { status: 'False', reason, message: 'the network says so' },
        credential: { status: 'Unknown', reason: 'NotChecked', message: expect.any(String) },
      });
    },
  );

  it('knows nothing while the store asks to wait', async () => {
    expect(
      (
        await report(() => {
          throw waiting('RateLimited', 'wait', 1000);
        })
      ).reachable.status,
    ).toBe('Unknown');
    expect(
      await report(({ query }) =>
        query.includes('activeChannel') ? identity : { status: 503, headers: {}, body: '' },
      ),
    ).toMatchObject({ reachable: { status: 'True' }, credential: { status: 'Unknown', reason: 'StoreUnavailable' } });
  });

  it('names every permission that is missing, with the feeds that need it', async () => {
    const { credential } = await report(({ query }) => {
      if (query.includes('activeChannel')) return identity;
      return query.includes('orders') || query.includes('updateProductVariants')
        ? refusal('no', 'FORBIDDEN')
        : data({ done: {} });
    });
    expect(credential).toMatchObject({ status: 'False', reason: 'PermissionMissing' });
    expect(credential.message).toContain('ReadOrder (for ');
    expect(credential.message).toContain('UpdateCatalog or UpdateProduct (for StockExport, PriceExport)');
  });

  it('tries only what the feeds need, and takes "no such fulfilment" for a permission that is there', async () => {
    const asked: string[] = [];
    const result = await report(
      ({ query }) => {
        asked.push(query);
        return query.includes('activeChannel')
          ? identity
          : query.includes('transition')
            ? refusal('No Fulfillment', 'ENTITY_NOT_FOUND')
            : data({ orders: {} });
      },
      ['ShipmentExport'],
    );
    expect(result.credential.status).toBe('True');
    expect(asked).toHaveLength(3);
    expect(result.shop).toEqual({ id: 'channel-token', name: 'eu', currency: 'EUR' });
  });

  it('does not break on an answer that makes no sense', async () => {
    for (const body of [null, 'x', { data: { activeChannel: 7 } }, { errors: 'none' }, { data: null, errors: [] }]) {
      expect((await report(() => ({ body }))).reachable.status).toBe('False');
    }
  });
});
