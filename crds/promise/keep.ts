/**
 * Writes crds/promise/kept/*.yaml from the kinds: what the release that is being made promises. Run with each release,
 * and never between two: the test beside it holds all changes until the next one to these files.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { KINDS } from '../kinds/index.ts';
import { customResourceDefinition } from '../schema/crd.ts';
import type { Crd } from './compatible.ts';

const FOLDER = join(import.meta.dirname, 'kept');
/** From which on nothing is taken away. Of an alpha version nothing is promised. */
export const isPromised = (version: string): boolean => !version.includes('alpha');

/** Of each kind what was promised, by its plural. */
export async function promised(): Promise<Map<string, Crd>> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yaml'));
  const read = async (file: string) =>
    [file.replace('.yaml', ''), parse(await readFile(join(FOLDER, file), 'utf8')) as Crd] as const;
  return new Map(await Promise.all(files.map(read)));
}

/** As the API server gets it, without the words for readers; versions of which nothing is promised by name alone. */
function bare(crd: Crd): Crd {
  const versions = crd.spec.versions.map(({ schema, ...version }) => ({
    ...version,
    schema: isPromised(version.name) ? schema : { openAPIV3Schema: { type: 'object' } },
  }));
  const whole = { ...crd, spec: { ...crd.spec, versions } };
  return JSON.parse(
    JSON.stringify(whole, (key, value: unknown) =>
      key === 'description' && typeof value === 'string' ? undefined : value,
    ),
  ) as Crd;
}

if (import.meta.main) {
  await mkdir(FOLDER, { recursive: true });
  for (const kind of KINDS) {
    const crd = bare(customResourceDefinition(kind) as unknown as Crd);
    const header = '# What is promised; written by crds/promise/keep.ts with a release. Do not edit.\n';
    await writeFile(
      join(FOLDER, `${kind.plural}.yaml`),
      header + stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false }),
    );
  }
}
