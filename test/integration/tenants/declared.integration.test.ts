import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DeclaredConnection } from '../../../hub/base/context.ts';
import { HubRig, type TestStore } from '../../support/hub-rig.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(60_000);

const resources = new Map<string, DeclaredConnection>();
let rig: HubRig;
let store: TestStore;
let theirs: TestStore;
let id: string;
beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase(), {
    declared: ({ kind, namespace, name }) => resources.get(`${kind}/${namespace}/${name}`),
  });
});
afterAll(async () => rig.stop());
beforeEach(async () => {
  [store, theirs] = [await rig.store(), await rig.store()];
  id = `Connection/test/${store.name}-shop`;
  resources.set(id, { store: store.name, driver: 'memory', mode: 'Production', credential: 'own' });
});
const rows = () =>
  rig.db.query(
    'SELECT s.name AS store, c.credential, c.mode, c.driver FROM connections c JOIN stores s ON s.id = c.store_id WHERE c.name = $1',
    [`${store.name}-shop`],
  );

describe('the session of a pod', () => {
  it('is of the Store, driver, mode and Credential of its Connection', async () => {
    await store.connect('shop', { credential: 'own' });
    expect(await rows()).toEqual([{ store: store.name, credential: 'own', mode: 'Production', driver: 'memory' }]);
  });

  it.each([
    ['another Store', () => ({ store: theirs.name })],
    ['another Credential, whose tokens it would read', () => ({ credential: 'theirs' })],
    ['no Credential', () => ({ credential: undefined })],
    ['another mode', () => ({ mode: 'Test' as const })],
    ['another driver', () => ({ driver: 'other' })],
  ])('is refused where the pod says %s', async (_what, said) => {
    await expect(store.connect('shop', { credential: 'own', ...said() })).rejects.toMatchObject({
      status: 409,
      reason: 'ConnectionDiffers',
    });
    expect(await rows()).toEqual([]);
  });

  it('waits a moment for what the hub has not heard of yet', async () => {
    setTimeout(() => resources.set(id, { ...resources.get(id)!, mode: 'Test' }), 500);
    await store.connect('shop', { credential: 'own', mode: 'Test' });
    expect(await rows()).toMatchObject([{ mode: 'Test' }]);
  });

  it("is nobody's where there is no such Connection, though its identity is good; nor is anything else", async () => {
    const pod = await store.connect('shop', { credential: 'own' });
    resources.delete(id);
    await expect(pod.client.tokens()).rejects.toMatchObject({ status: 409, reason: 'ConnectionUnknown' });
    await expect(pod.session({ credential: 'own' })).rejects.toMatchObject({
      status: 409,
      reason: 'ConnectionUnknown',
    });
  });
});
