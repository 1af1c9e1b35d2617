import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Shop } from '../sync/shop.ts';
import { NEVER, Supercargo } from '../sync/supercargo.ts';
import { memoryOf, watchMemory, type Memory } from './memory.ts';

export interface HubFigures {
  readonly orders: number;
  readonly read: number;
  /** Hub and its database while all orders come in for the first time, as in a pod of a cluster. */
  readonly peak: Memory;
  readonly atRest: Memory;
}

/** A hub with its own database and a pod in a process of its own, on the page server of bench-sync. */
export async function measureHub(orders: number, restMs: number): Promise<HubFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-bench-'));
  await chmod(folder, 0o711);
  const shop = await Shop.start(orders, 1000);
  const supercargo = await Supercargo.start({ dataDir: folder }, shop.url);
  try {
    const peak = watchMemory(supercargo.hubPid);
    const run = await supercargo.feeds([{ type: 'OrderImport', schedule: NEVER }], 'OrderImport');
    const highest = peak();
    await new Promise((resolve) => setTimeout(resolve, restMs));
    return { orders, read: run?.read ?? 0, peak: highest, atRest: memoryOf(supercargo.hubPid) };
  } finally {
    await supercargo.stop();
    shop.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
