import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../kit/clock.ts';
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { createLogger } from '../../kit/log.ts';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import { migrate } from '../storage/migrate.ts';
import { openPostgres } from '../storage/postgres.ts';
import type { Database } from '../storage/database.ts';
import { saveStore, type ConnectionRow } from '../stores/rules.ts';
import type { HubContext } from '../base/context.ts';
import { openSession, requireConnection } from './sessions.ts';
import { readTokens, replaceTokens } from './token-vault.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let db: Database;
let connection: ConnectionRow;

beforeAll(async () => {
  postgres = await startPostgres();
  db = openPostgres({ url: await postgres.createDatabase('vault') });
  await migrate(db);
  const hub: HubContext = {
    db,
    clock: systemClock,
    log: createLogger('hub', 'silent'),
    newId: randomUUID,
    publicUrl: () => undefined,
    emitStoreEvent: () => {},
    wakePod: () => {},
    wakeDeliveries: () => {},
    webhookReach: OWN_MACHINE,
  };
  const key = { kind: 'Connection', namespace: 'acme', name: 'shop' } as const;
  await db.transaction((tx) => saveStore(tx, { namespace: 'acme', name: 'shop', spec: {} }));
  await openSession(hub, key, { store: 'shop', driver: 'memory', mode: 'Test', catalogue: false, credential: 'key' });
  connection = await requireConnection(db, key);
});
afterAll(async () => {
  await db?.close();
  await postgres?.stop();
});

describe("the vaults of a connection's Credential", () => {
  it('are swapped by version, each scope by itself', async () => {
    const replace = (version: number, ciphertext: string, scope?: string) =>
      replaceTokens(db, connection, version, { ciphertext }, scope);
    expect(await readTokens(db, connection)).toBeUndefined();
    expect(await replace(0, 'common')).toBe(true);
    expect(await replace(0, 'again')).toBe(false);
    expect(await replace(0, 'a', 'a.example')).toBe(true);
    expect(await replace(0, 'b', 'b.example')).toBe(true);
    expect(await replace(1, 'a2', 'a.example')).toBe(true);
    expect(await replace(1, 'a3', 'a.example')).toBe(false);
    const found = [];
    for (const scope of [undefined, 'a.example', 'b.example', 'c.example'])
      found.push((await readTokens(db, connection, scope))?.ciphertext);
    expect(found).toEqual(['common', 'a2', 'b', undefined]);
  });
});
