import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Database } from '../storage/database.ts';
import { endpointSecret, webhookMasterKey } from './secrets.ts';

const master = Buffer.alloc(32, 7);
const store = { namespace: 'acme', name: 'main' };
const before = endpointSecret(master, store, 'wms');

/** The one table that the master key lives in, with its rule that the first to come stays. */
function fakeDatabase() {
  const rows = new Map<string, string>();
  const query = async (sql: string, [name, value]: readonly string[]) => {
    if (sql.startsWith('INSERT')) {
      if (!rows.has(name!)) rows.set(name!, value!);
      return [];
    }
    return [{ value: rows.get(name!) }];
  };
  return { query } as unknown as Database;
}

describe('the secret of an endpoint', () => {
  it('is the same every time', () => {
    expect(endpointSecret(Buffer.from(master), { ...store }, 'wms')).toBe(before);
  });

  it('is with version 1 what it was before secrets could be rotated', () => {
    expect(endpointSecret(master, store, 'wms', 1)).toBe(
      'whsec_' + createHmac('sha256', master).update('acme/main/wms').digest('base64'),
    );
  });

  it('has the form of the Standard Webhooks, and signs', () => {
    expect(before).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
    const bytes = Buffer.from(before.slice('whsec_'.length), 'base64').length;
    expect(bytes).toBeGreaterThanOrEqual(24);
    expect(bytes).toBeLessThanOrEqual(64);
    const at = new Date();
    const signature = new Webhook(before).sign('msg_1', at, '{}');
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signature,
    };
    expect(new Webhook(before).verify('{}', headers)).toEqual({});
    expect(() => new Webhook(endpointSecret(master, store, 'erp')).verify('{}', headers)).toThrow();
  });

  it.each<[string, string]>([
    ['endpoint', endpointSecret(master, store, 'erp')],
    ['version', endpointSecret(master, store, 'wms', 2)],
    ['Store', endpointSecret(master, { ...store, name: 'other' }, 'wms')],
    ['namespace', endpointSecret(master, { ...store, namespace: 'other' }, 'wms')],
    ['hub', endpointSecret(Buffer.alloc(32, 8), store, 'wms')],
  ])('is another for another %s', (_what, secret) => {
    expect(secret).not.toBe(before);
  });
});

describe('the master key', () => {
  it('is made once, random, and stays', async () => {
    const db = fakeDatabase();
    const first = await webhookMasterKey(db);
    expect(first).toHaveLength(32);
    expect(await webhookMasterKey(db)).toEqual(first);
    expect(await webhookMasterKey(fakeDatabase())).not.toEqual(first);
  });
});
