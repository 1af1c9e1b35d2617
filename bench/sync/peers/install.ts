import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../processes.ts';

/** Pinned: another version is another measurement. The tap and the target want different releases of one SDK. */
const PACKAGES = {
  dlt: ['dlt[postgres]==1.31.0', 'orjson==3.13.0', 'psycopg2-binary==2.9.13', 'pyarrow==26.0.1'],
  tap: ['tap-rest-api-msdk==1.4.2', 'singer-sdk==0.40.0'],
  target: ['meltanolabs-target-postgres==0.8.1', 'singer-sdk==0.54.9', 'psycopg[binary]==3.3.6'],
  airbyte: ['airbyte-cdk==7.39.1'],
} as const;
export type PeerEnvironment = keyof typeof PACKAGES;

/** Folder of an installed environment's programs; undefined, with a line that says why, when it cannot be had. */
export async function installPeer(name: PeerEnvironment, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const cache = env['SUPERCARGO_CACHE'] || env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'supercargo', 'bench-sync', `${name}-${PACKAGES[name][0].split('==')[1]}`);
  const done = join(folder, 'installed');
  if (existsSync(done)) return join(folder, 'bin');
  console.log(`installing ${PACKAGES[name].join(' ')} ...`);
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await runCommand(
      `python3 -m venv ${folder} && ${folder}/bin/pip install --quiet --disable-pip-version-check ${PACKAGES[name].map((wanted) => `'${wanted}'`).join(' ')}`,
      {},
      process.cwd(),
    );
    await writeFile(done, PACKAGES[name].join('\n'));
    return join(folder, 'bin');
  } catch (error) {
    console.log(
      `SKIPPED ${name}: it could not be installed (python3 with venv and PyPI are needed): ${(error as Error).message.split('\n').at(-2) ?? ''}`,
    );
    return undefined;
  }
}
