import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticTokens } from '../../hub/auth/identity.ts';
import { startHub, type Hub } from '../../hub/hub.ts';
import { ownerName, type DatabaseClaim } from '../../hub/storage/owner.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { until } from '../support/hub-rig.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { backUp, restore } from './backup/files.ts';

jest.setTimeout(90_000);

/** The same release in two clusters: what a copied values file comes to. */
const OURS = ownerName('supercargo-system.supercargo', 'cluster-a');
const THEIRS = ownerName('supercargo-system.supercargo', 'cluster-b');

describe('a database that two installations name', () => {
  let server: TestPostgres;
  let url: string;
  const hubs: Hub[] = [];

  const start = async (claim: DatabaseClaim, onRestored?: () => void): Promise<Hub> => {
    const db = openPostgres({ url });
    const hub = await startHub({
      ...{ db, claim, clock: systemClock, newId: randomUUID, host: '127.0.0.1', port: 0, version: 'test' },
      ...{ log: createLogger('hub', 'silent'), webhookReach: OWN_MACHINE, authenticator: staticTokens(new Map()) },
      onRestored,
    }).catch(async (error: unknown) => {
      await db.close();
      throw error;
    });
    hubs.push(hub);
    return hub;
  };
  const ready = async (hub: Hub): Promise<number> => (await fetch(`${hub.url}/readyz`)).status;

  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase('two_installations');
  });
  afterAll(async () => {
    for (const hub of hubs) await hub.stop();
    await server.stop();
  });

  it('belongs to the first: its replicas start, the hub of the other does not and says what to do', async () => {
    await start({ owner: OURS });
    expect(await ready(await start({ owner: OURS }))).toBe(200);
    await expect(start({ owner: THEIRS })).rejects.toThrow(
      `the database belongs to the installation ${OURS}, and this one is ${THEIRS}: give each a database of its own (hub.database). Where ${OURS} is gone, or gives it up, set hub.database.takeOverFrom=${OURS}`,
    );
    await expect(start({ owner: THEIRS, takeOverFrom: 'another' })).rejects.toThrow('belongs to the installation');
  });

  it('stays so after a restore, whoever made the backup', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'supercargo-owner-'));
    const other = await server.createDatabase('owner_of_backup');
    const db = openPostgres({ url: other });
    const file = join(folder, 'backup');
    try {
      await (
        await startHub({
          ...{ db, clock: systemClock, newId: randomUUID, host: '127.0.0.1', port: 0, version: 'test' },
          ...{ log: createLogger('hub', 'silent'), webhookReach: OWN_MACHINE, authenticator: staticTokens(new Map()) },
          claim: { owner: THEIRS },
        })
      ).stop();
      await backUp(other, file);
      await restore(url, file, { replace: true });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    expect(await ready(await start({ owner: OURS }))).toBe(200);
    await expect(start({ owner: THEIRS })).rejects.toThrow(`belongs to the installation ${OURS}`);
  });

  it('changes hands once a person says so: the hubs of the former end, and do not start again', async () => {
    let ended = false;
    const former = await start({ owner: OURS }, () => (ended = true));
    expect(await ready(await start({ owner: THEIRS, takeOverFrom: OURS }))).toBe(200);
    expect(await ready(former)).toBe(503);
    await until(() => ended, 'the former hub to notice', 20_000);
    await expect(start({ owner: OURS })).rejects.toThrow(`belongs to the installation ${THEIRS}`);
    expect(await ready(await start({ owner: THEIRS, takeOverFrom: OURS }))).toBe(200);
  });
});
