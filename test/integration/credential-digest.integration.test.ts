import { createHash, createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { AnyConnection } from '../../sync/options.ts';
import { LocalRig } from '../support/local-rig.ts';
import { MemoryStore, product } from '../support/memory-store.ts';
import { ownDatabase } from '../support/postgres.ts';

jest.setTimeout(120_000);

describe('what the status says of a credential', () => {
  let rig: LocalRig | undefined;
  afterEach(async () => {
    await rig?.stop();
    rig = undefined;
  }, 30_000);

  const store = (): MemoryStore => Object.assign(new MemoryStore(), { products: [product('p1', ['A'])] });
  const connection = () => rig!.world.get('Connection', 'default', 'shop') as unknown as AnyConnection;
  const shown = () => connection().status?.syncedCredentialHash;
  const reads = (from: MemoryStore) => from.reads.filter(({ feed }) => feed === 'ProductImport').length;

  async function synced(from: MemoryStore): Promise<void> {
    rig = await LocalRig.start({ db: await ownDatabase(), definition: from.definition(), feeds: ['ProductImport'] });
    rig.startEngine();
    await rig.until(() => shown() !== undefined, 'the hash', 30_000);
  }

  /** All that an attacker has: the resource as it can be read, our source code, and a list of passwords. */
  function guesses({ metadata, spec }: AnyConnection, passwords: readonly string[]): string[] {
    const { settings, mode, storeRef, driver } = spec;
    const uid = metadata.uid ?? metadata.name;
    return passwords.flatMap((apiKey) => {
      const files = JSON.stringify([['apiKey', apiKey]]);
      const keyed = createHmac('sha256', uid).update(files).digest('hex').slice(0, 32);
      const all = JSON.stringify([settings ?? {}, mode ?? 'Test', storeRef.name, driver, keyed]);
      return [keyed, createHash('sha256').update(all).digest('hex').slice(0, 32)];
    });
  }

  it('is nothing that a reader of the status could try passwords against', async () => {
    await synced(store());
    for (const guess of guesses(connection(), ['hunter2', 'secret', ...Object.values(rig!.secret)]))
      expect(shown()).not.toContain(guess);
  });

  it('is another at another hub, with all the same that can be read', async () => {
    await synced(store());
    const [first, resource] = [shown(), JSON.stringify([connection().metadata.uid, connection().spec])];
    await rig!.stop();
    await synced(store());
    expect(JSON.stringify([connection().metadata.uid, connection().spec])).toBe(resource);
    expect(shown()).not.toBe(first);
  });

  it.each<[string, boolean]>([
    ['a credential that was changed while no pod ran', true],
    ['a restart alone', false],
  ])('still tells whether a sync is owed: %s', async (_what, changed) => {
    const from = store();
    await synced(from);
    await rig!.stopEngine();
    const [before, hash] = [reads(from), shown()];
    if (changed) rig!.secret = { apiKey: 'another' };
    rig!.startEngine();
    if (changed) {
      await rig!.until(() => reads(from) > before && shown() !== hash, 'another sync', 15_000);
    } else {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect([reads(from), shown()]).toEqual([before, hash]);
    }
  });

  it('takes the hash of an older version for what it is: no sync is owed by the upgrade alone', async () => {
    const from = store();
    await synced(from);
    await rig!.stopEngine();
    const old = guesses(connection(), Object.values(rig!.secret)).at(-1)!;
    rig!.world.patchStatus('Connection', 'default', 'shop', { ...connection().status, syncedCredentialHash: old });
    const before = reads(from);
    rig!.startEngine();
    await rig!.until(() => shown() !== old, 'the new hash', 15_000);
    expect(reads(from)).toBe(before);
  });
});
