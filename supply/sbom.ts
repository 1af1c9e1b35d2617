/** `make sbom`, and a step of the Dockerfile: node supply/sbom.ts FILE [--installed]. See docs/supply-chain.md. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { billOf, type LockedPackages } from './bill.ts';

const folder = join(import.meta.dirname, '..');
const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));

const [file, installed] = process.argv.slice(2);
if (file === undefined || (installed !== undefined && installed !== '--installed')) {
  console.error('usage: node supply/sbom.ts FILE [--installed]');
  process.exit(2);
}
const project = (await read('package.json')) as { name: string; version: string; license: string };
const { packages } = (await read('package-lock.json')) as { packages: LockedPackages };
const bill = billOf(project, packages, installed ? (path) => existsSync(join(folder, path)) : undefined);
await writeFile(file, JSON.stringify(bill, null, 1) + '\n');
console.log(`${file}: ${bill.components.length} packages`);
