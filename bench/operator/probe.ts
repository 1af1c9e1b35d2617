import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './system.ts';

/** What both systems tell under the same names: controller-runtime's and client-go's. */
export interface Probe {
  /** Keys that wait or are worked on. */
  readonly busy: number;
  /** Keys that were put on a queue so far. */
  readonly added: number;
  /** Requests to the API server so far, by method; a watch is a GET. */
  readonly calls: Readonly<Record<string, number>>;
}

export async function probe({ probe: url }: Running): Promise<Probe> {
  const text = await (await fetch(url)).text();
  let busy = 0;
  let added = 0;
  const calls: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([a-z_]+)(\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name === 'workqueue_depth' || name === 'controller_runtime_active_workers') busy += Number(value);
    if (name === 'workqueue_adds_total') added += Number(value);
    if (name !== 'rest_client_requests_total') continue;
    const method = /method="([A-Z]+)"/.exec(labels)?.[1] ?? '?';
    calls[method] = (calls[method] ?? 0) + Number(value);
  }
  return { busy, added, calls };
}

/** Calls between two probes, all together and those that write. */
export function callsBetween(before: Probe['calls'], after: Probe['calls']): { all: number; writes: number } {
  const sum = (keep: (method: string) => boolean) =>
    Object.entries(after).reduce(
      (total, [method, count]) => total + (keep(method) ? count - (before[method] ?? 0) : 0),
      0,
    );
  return { all: sum(() => true), writes: sum((method) => method !== 'GET') };
}

const LOOK_MS = 250;
/** It is settled when nothing was to do for so long. */
const QUIET_MS = 3_000;

/**
 * When it was first at rest (performance.now()) with all its keys behind it: before its first lists are in, and before
 * it leads, a process is at rest as well.
 */
export async function settled(
  running: Running,
  keys: number,
  until: () => Promise<boolean> = async () => true,
): Promise<number> {
  let since: number | undefined;
  for (;;) {
    const now = performance.now();
    // One that has just ended answers nothing until it is there again.
    const busy = await probe(running).then(
      (told) => (told.added >= keys ? told.busy : Infinity),
      () => Infinity,
    );
    if (busy > 0) since = undefined;
    else since ??= now;
    if (since !== undefined && now - since >= QUIET_MS) {
      if (await until()) return since;
      since = undefined;
    }
    await sleep(LOOK_MS);
  }
}
