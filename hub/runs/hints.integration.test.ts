import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../kit/clock.ts';
import { HubRig, until } from '../../test/support/hub-rig.ts';
import { ownDatabase } from '../../test/support/postgres.ts';
import type { Database } from '../storage/database.ts';
import { hint, HintLongPoll } from './hints.ts';

let rig: HubRig;
const ids: number[] = [];
const said: string[] = [];
let counted: Database;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
  const store = await rig.store();
  for (let index = 0; index < 30; index++) await store.connect(`shop-${index}`);
  for (const { id } of await rig.db.query<{ id: number }>('SELECT id FROM connections ORDER BY id')) ids.push(id);
  counted = {
    ...rig.db,
    query: (sql, params, name) => {
      said.push(name ?? sql);
      return rig.db.query(sql, params, name);
    },
  };
});
afterAll(() => rig?.stop());

jest.setTimeout(60_000);

describe('pods that wait for hints', () => {
  it('cost a hub one look a second, however many they are', async () => {
    const board = new HintLongPoll(counted, systemClock);
    said.length = 0;
    const stop = new AbortController();
    const began = Date.now();
    const waits = ids.map((id) => board.wait(counted, id, 600_000, stop.signal));
    await until(() => said.length >= 4, 'some looks');
    // One for those who came, and one a second.
    expect(said.length - 2).toBeLessThanOrEqual((Date.now() - began) / 1000);
    stop.abort();
    expect(await Promise.all(waits)).toEqual(ids.map(() => ({ feeds: [], hooks: 0 })));
    said.length = 0;
    await systemClock.sleep(1500);
    expect(said).toEqual([]);
  });

  it('get what this hub took, what waited before they came, and with the next look what another hub took', async () => {
    const board = new HintLongPoll(counted, systemClock);
    await hint(rig.db, ids[0]!, 'OrderImport');
    const stop = new AbortController();
    // Much longer than the test may take: whoever is answered was woken.
    const waits = ids.map((id) => board.wait(counted, id, 600_000, stop.signal));
    await systemClock.sleep(200);
    expect(await waits[0]).toEqual({ feeds: ['OrderImport'], hooks: 0 });

    await hint(rig.db, ids[1]!, 'StockExport');
    board.wake(ids[1]!);
    expect(await waits[1]).toEqual({ feeds: ['StockExport'], hooks: 0 });

    await hint(rig.db, ids[2]!, 'ShipmentExport');
    expect(await waits[2]).toEqual({ feeds: ['ShipmentExport'], hooks: 0 });
    const quiet = await Promise.race([...waits.slice(3), systemClock.sleep(100).then(() => 'still waiting')]);
    expect(quiet).toBe('still waiting');
    stop.abort();
    await Promise.all(waits);
  });

  it('lose nothing while the database is away', async () => {
    let away = true;
    const broken: Database = {
      ...rig.db,
      query: (sql, params, name) => (away ? Promise.reject(new Error('away')) : rig.db.query(sql, params, name)),
    };
    const waiting = new HintLongPoll(broken, systemClock).wait(rig.db, ids[5]!, 60_000, new AbortController().signal);
    await hint(rig.db, ids[5]!, 'PriceExport');
    await systemClock.sleep(1200);
    away = false;
    expect(await waiting).toEqual({ feeds: ['PriceExport'], hooks: 0 });
  });
});
