import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseOf } from './database-choice.ts';

let folder = '';
let kubeconfig = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'database-choice-'));
  kubeconfig = join(folder, 'config');
  await writeFile(
    kubeconfig,
    'apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{ name: c, cluster: { server: "https://c.example" } }]\nusers: [{ name: u, user: {} }]\ncontexts: [{ name: a, context: { cluster: c, user: u } }, { name: b, context: { cluster: c, user: u } }]\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("which hub's database is meant", () => {
  // A database of its own is named, too: a cluster that is named goes before it.
  const env = { SUPERCARGO_DATABASE_URL: 'postgres://db.example/hub' };
  const chosen = (choice: object) => databaseOf({ state: folder, stateGiven: true, ...choice }, env);

  it('is that of the cluster where a kubeconfig, a context or a user is named', async () => {
    const found = await chosen({ kubeconfig, context: 'b', as: 'eve' });
    if (found.kind !== 'cluster') throw new Error('not a cluster');
    expect(found.config.getCurrentContext()).toBe('b');
    expect(found.config.getCurrentUser()?.impersonateUser).toBe('eve');
    expect((await chosen({ kubeconfig })).kind).toBe('cluster');
    await expect(chosen({ kubeconfig, context: 'x' })).rejects.toThrow('has no context "x"');
  });

  it('is the one of the folder or the environment where nothing of a cluster is said', async () => {
    expect(await chosen({})).toEqual({ kind: 'local' });
  });
});
