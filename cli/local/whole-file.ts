import { rename, writeFile } from 'node:fs/promises';

/**
 * Writes a file that its owner alone may read. Whoever reads it has the one before or this one, and never the beginning
 * of it: it is written beside it, as FILE.new, and takes its place when it is whole.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
