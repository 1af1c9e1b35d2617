import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'examples');

/** An example's connection.yaml as a person edits it: these settings, and what `spec` says, put into its Connection. */
export async function editedExample(example: string, settings: object, spec: object = {}): Promise<string> {
  const documents = parseAllDocuments(await readFile(join(EXAMPLES, example, 'connection.yaml'), 'utf8'));
  for (const document of documents)
    if (document.get('kind') === 'Connection') {
      const given = document.getIn(['spec', 'settings'], true) as { toJSON(): object } | undefined;
      document.setIn(['spec', 'settings'], { ...given?.toJSON(), ...settings });
      for (const [field, value] of Object.entries(spec)) document.setIn(['spec', field], value);
    }
  return documents.map(String).join('');
}

export const exampleFile = (example: string, file: string): Promise<string> =>
  readFile(join(EXAMPLES, example, file), 'utf8');

/** Waves of Argo CD by kind; a kind that is not named is in the first. */
export type Waves = Readonly<Record<string, number>>;

/** The same manifests in these waves. */
export function inWaves(manifests: string, waves: Waves): string {
  const documents = parseAllDocuments(manifests);
  for (const document of documents) {
    const wave = waves[String(document.get('kind'))] ?? 0;
    document.setIn(['metadata', 'annotations', 'argocd.argoproj.io/sync-wave'], String(wave));
  }
  return documents.map(String).join('');
}
