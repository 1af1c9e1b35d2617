import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Content of the mounted Secret, key -> text. Empty when the Secret does not exist (the volume is optional). */
export type SecretFiles = Readonly<Record<string, string>>;

/** The kubelet swaps a symlinked folder, so each key is one file; dot entries are its machinery. */
export async function readSecretFiles(directory: string): Promise<SecretFiles> {
  const names = await readdir(directory).catch(() => []);
  const files: Record<string, string> = {};
  for (const name of names.filter((entry) => !entry.startsWith('.'))) {
    files[name] = (await readFile(join(directory, name), 'utf8').catch(() => '')).replace(/\r?\n$/, '');
  }
  return files;
}
