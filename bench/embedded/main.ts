/** `make bench-embedded`: what the embedded database costs, in `up` and beside a hub. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { measureHub } from './hub.ts';
import type { Memory } from './memory.ts';
import { measureUp } from './up.ts';

const ORDERS = Number(process.env['RECORDS'] ?? 100_000);
const REST_MS = Number(process.env['REST'] ?? 60) * 1000;
const GOALS = { atRest: 250, peak: 450 };

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const sum = ({ node, postgres }: Memory): string => `${node + postgres} MiB (hub ${node}, database ${postgres})`;

const root = resolve(process.env['BENCH_ROOT'] ?? '.');
say('supercargo up: 2,000 products, 20,000 orders ...');
const up = await measureUp(join(root, 'dist', 'cli', 'main.js'), 2000, 20_000, REST_MS);
say(`hub alone: ${ORDERS} orders ...`);
const hub = await measureHub(ORDERS, REST_MS);
say(`
| what | figure | goal |
|---|---|---|
| up: first start, with the making of the database / next start | ${up.firstStart} s / ${up.nextStart} s | |
| up: 2,000 products and 20,000 orders to Ready | ${up.ready} s, ${up.cpu.toFixed(1)} CPU-s of all processes | |
| up: memory, peak / at rest | ${sum(up.peak)} / ${sum(up.atRest)} | |
| hub in a process of its own: ${hub.read} orders, peak | ${sum(hub.peak)} | ${GOALS.peak} MiB |
| hub in a process of its own, at rest | ${sum(hub.atRest)} | ${GOALS.atRest} MiB |`);
await mkdir(join(root, 'bench', 'results'), { recursive: true });
await writeFile(join(root, 'bench', 'results', 'embedded.json'), JSON.stringify({ up, hub }, undefined, 2));
