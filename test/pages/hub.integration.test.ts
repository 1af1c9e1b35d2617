import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { HubRig } from '../support/hub-rig.ts';
import { level, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { runsOf } from './plan/index.ts';
import { Shell } from './shell.ts';
import { itRuns } from './world.ts';

jest.setTimeout(60_000);

describe('what a back office sends, word by word', () => {
  let postgres: TestPostgres;
  let rig: HubRig;
  let shell: Shell;
  beforeAll(async () => {
    postgres = await startPostgres();
    rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('hub') }));
    const store = await rig.store({ warehouses: [{ name: 'berlin', location: 'main' }] });
    const pod = await store.connect('shop', { stock: 'available' });
    await pod.send('ProductImport', [product('p', ['TEE-BLUE-S'])]);
    await pod.send('StockImport', [level('TEE-BLUE-S', 0)]);
    const { url } = rig.hub;
    shell = await Shell.open({ env: { HUB: url, KEY: store.key }, fill: { 'PUBLIC-URL': url } });
  });
  afterAll(async () => {
    await shell?.close();
    await rig?.stop();
    await postgres?.stop();
  });

  itRuns(runsOf('hub'), () => shell);
});
