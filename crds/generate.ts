/** Writes crds/generated/*.yaml and docs/reference/*.md from the kinds. `--check` fails when a file is stale. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { KINDS } from './kinds/index.ts';
import { customResourceDefinition } from './schema/crd.ts';
import { referencePage } from './schema/reference.ts';

const HEADER = '# Generated from crds/kinds by `npm run generate`. Do not edit.\n';

/** Every generated file of this folder, path relative to the repository -> text. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const kind of KINDS) {
    files.set(
      join('crds', 'generated', `${kind.plural}.yaml`),
      HEADER + stringify(customResourceDefinition(kind), { lineWidth: 0, aliasDuplicateObjects: false }),
    );
    files.set(join('docs', 'reference', `${kind.singular}.md`), referencePage(kind));
  }
  return files;
}

/** Paths whose text on disk is not what would be generated. */
export async function staleFiles(root: string): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of generatedFiles()) {
    const onDisk = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (onDisk !== text) stale.push(path);
  }
  return stale;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  const root = join(import.meta.dirname, '..');
  if (values.check) {
    const stale = await staleFiles(root);
    if (stale.length > 0) throw new Error(`stale, run "npm run generate": ${stale.join(', ')}`);
  } else {
    await mkdir(join(root, 'crds', 'generated'), { recursive: true });
    await mkdir(join(root, 'docs', 'reference'), { recursive: true });
    for (const [path, text] of generatedFiles()) await writeFile(join(root, path), text);
  }
}
