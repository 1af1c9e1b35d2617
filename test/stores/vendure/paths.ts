import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedAs, hashOf } from '../rig/install.ts';

/** Where things of the test store lie. Each folder's name carries the hash of what it was made from. */
export interface StorePaths {
  /** The folder of this harness, with package.json, the lock and the server's files. */
  readonly source: string;
  /** Installed dependencies, shared by every start on this machine. */
  readonly install: string;
  /** The server's files beside those dependencies. */
  readonly app: string;
  /** A seeded database with its images, to be copied instead of seeding again. */
  readonly seed: string;
}

/**
 * The server's own files: few, plain JavaScript, copied next to the installed dependencies. The plugin is the
 * product's.
 */
export const serverFiles = ['server.js', 'sqlite.js', 'assets.js', 'key-hash.js', 'plugin.js'] as const;

/** Where a server file lies in the repository. */
export function fileOf(source: string, name: string): string {
  return name === 'plugin.js'
    ? fileURLToPath(new URL('../../../plugins/vendure/index.js', import.meta.url))
    : join(source, name);
}

/** What decides how a fresh store looks; a change of these makes a new seed. */
const seedFiles = ['seed.ts', 'seed-shop.ts', 'seed-products.ts', 'catalogue.ts', 'image.ts', 'access.ts'] as const;

export async function storePaths(): Promise<StorePaths> {
  const source = fileURLToPath(new URL('.', import.meta.url));
  const install = cachedAs(`vendure-${await hashOfNames(source, ['package.json', 'package-lock.json'])}`);
  return {
    source,
    install,
    app: join(install, `app-${await hashOfNames(source, serverFiles)}`),
    seed: join(install, `seed-${await hashOfNames(source, [...serverFiles, ...seedFiles])}`),
  };
}

const hashOfNames = (folder: string, names: readonly string[]): Promise<string> =>
  hashOf(names.map((name) => fileOf(folder, name)));
