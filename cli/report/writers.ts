import { createWriteStream } from 'node:fs';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { UsageError } from '../exit-code.ts';
import type { Writer } from './sink.ts';

const isArchive = (path: string): boolean => /\.(?:tar\.gz|tgz)$/.test(path);

/** A file where the path ends in .tar.gz or .tgz, else a folder. Nothing that is there is written over. */
export function openWriter(path: string, at: Date): Promise<Writer> {
  return isArchive(path) ? archive(path, at) : folder(path);
}

/** Its owner alone can read it. In it all is below one folder, so that unpacking litters nothing. */
async function archive(path: string, mtime: Date): Promise<Writer> {
  const root = path
    .split('/')
    .at(-1)!
    .replace(/\.(?:tar\.gz|tgz)$/, '');
  const unfinished = `${path}.unfinished`;
  if (await isThere(path)) throw new UsageError(`${path} is there already: name another file with -o`);
  await rm(unfinished, { force: true });
  const tar = pack();
  const written = pipeline(
    Readable.from(tar),
    createGzip(),
    createWriteStream(unfinished, { mode: 0o600, flags: 'wx' }),
  );
  // Told by whoever waits for it, at the next file or in the end.
  written.catch(() => undefined);
  return {
    async add(name, text) {
      const entry = new Promise<void>((resolve, reject) => {
        tar.entry({ name: `${root}/${name}`, mode: 0o600, mtime }, Buffer.from(text), (error) =>
          error ? reject(error) : resolve(),
        );
      });
      await Promise.race([entry, written]);
    },
    async finish() {
      tar.finalize();
      await written;
      await rename(unfinished, path);
    },
    async discard() {
      tar.destroy();
      await written.catch(() => undefined);
      await rm(unfinished, { force: true });
    },
  };
}

async function folder(path: string): Promise<Writer> {
  const before = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    if (error.code === 'ENOTDIR')
      throw new UsageError(`${path} is a file: name a folder, or a file that ends in .tar.gz, with -o`);
    throw error;
  });
  if (before && before.length > 0) throw new UsageError(`folder ${path} is not empty: name another one with -o`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const made: string[] = [];
  return {
    async add(name, text) {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, text, { mode: 0o600, flag: 'wx' });
      made.push(file);
    },
    async finish() {
      /* each file was whole when it was written */
    },
    async discard() {
      await Promise.all(made.map((file) => rm(file, { force: true })));
    },
  };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
