import { expect } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalRig } from '../../support/local-rig.ts';

/** Of what a hostile shop says, wherever it stands. */
const TRACES = [
  /CANARY/i,
  new RegExp(Buffer.from('x:CANARYkey7pw').toString('base64').slice(4, 14)),
  /5550 ?1234/,
  /^FORGED/m,
  // eslint-disable-next-line no-control-regex -- it is what is looked for
  /\\u001b|\u001b/,
];
const TABLES = [
  ...['problems', 'runs', 'quarantine', 'checkpoints', 'connections', 'stores', 'outbox', 'inbound_hooks'],
];

export type Outputs = Readonly<Record<string, readonly string[]>>;

/** What is in the files of a folder into which is being written. */
export async function filesOf(folder: string): Promise<string[]> {
  // One that is written under another name may have been given its own meanwhile: it is there under that.
  const gone = (error: NodeJS.ErrnoException): string => {
    if (error.code === 'ENOENT') return '';
    throw error;
  };
  return Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8').catch(gone)));
}

/** Everything that people without a right to the data can see. */
export async function outputsOf(rig: LocalRig, logged: readonly string[]): Promise<Outputs> {
  await rig.world.flush();
  const get = async (path: string) => JSON.stringify((await rig.api('GET', path)).body);
  const rest = await Promise.all(['/problems?limit=500', '/problems?group=reason', '/runs', '/checkpoints'].map(get));
  const { items } = (await rig.api('GET', '/problems?limit=500')).body as {
    items: { connection: string; feed: string; record: string; reason: string }[];
  };
  for (const { connection, feed, record, reason } of items)
    rest.push(await get(`/problems/payload?${new URLSearchParams({ connection, feed, record, reason }).toString()}`));
  const files = await filesOf(rig.directory);
  const metrics = [await (await fetch(`${rig.hub.probesUrl}/metrics`)).text(), await rig.metrics.registry.metrics()];
  const rows: string[] = [];
  for (const table of TABLES)
    for (const { row } of await rig.db.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t`))
      rows.push(`${table}: ${row}`);
  return { status: [JSON.stringify(rig.world.list())], events: rig.events, rest, files, metrics, rows, logged };
}

/** `more`: secrets that were made up on the way. */
export function expectNone(found: Outputs, more: readonly string[] = []): void {
  const shown: [where: string, around: string][] = [];
  for (const [where, texts] of Object.entries(found))
    for (const text of texts)
      for (const at of [...TRACES.map((trace) => text.search(trace)), ...more.map((secret) => text.indexOf(secret))])
        if (at >= 0) shown.push([where, text.slice(Math.max(0, at - 300), at + 200)]);
  expect(shown).toEqual([]);
}
