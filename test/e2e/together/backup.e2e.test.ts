import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBackup } from '../../../hub/backup/index.ts';
import { createReadStream } from 'node:fs';
import { connectE2e, type E2e } from '../context.ts';
import { supercargo } from '../supercargo.ts';

jest.setTimeout(180_000);

/** Only what does not disturb the others on the cluster: a restore would take their orders. */
describe('a backup of the hub on a cluster', () => {
  let e2e: E2e;
  let folder: string;
  beforeAll(async () => {
    e2e = await connectE2e();
    folder = await mkdtemp(join(tmpdir(), 'supercargo-backup-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("comes whole to the person's machine, while the hub works", async () => {
    const file = join(folder, 'hub.backup');
    expect(await supercargo(e2e.cluster, 'backup', '-o', file)).toMatchObject({ code: 0, stdout: `${file}\n` });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { header } = await checkBackup(createReadStream(file));
    expect(header.tables).toEqual(expect.arrayContaining(['orders', 'order_lines', 'outbox', 'hub_secret']));
  });
});
