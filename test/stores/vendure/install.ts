import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, intoPlace, npm, secondsSince, type Log } from '../rig/install.ts';
import { fileOf, serverFiles, type StorePaths } from './paths.ts';

/** Installs the store's dependencies once per machine and lock file. */
export async function ensureInstalled(paths: StorePaths, log: Log): Promise<void> {
  if (!(await exists(paths.install))) {
    log('vendure: installing the store (once per machine, about half a minute) …');
    const began = Date.now();
    await intoPlace(paths.install, async (folder) => {
      for (const name of ['package.json', 'package-lock.json'])
        await copyFile(join(paths.source, name), join(folder, name));
      await npm(folder, ['ci'], 'vendure', log);
    });
    log(`vendure: installed in ${secondsSince(began)} s`);
  }
  if (!(await exists(paths.app))) {
    await intoPlace(paths.app, async (folder) => {
      await copyFile(join(paths.source, 'package.json'), join(folder, 'package.json'));
      for (const name of serverFiles) await copyFile(fileOf(paths.source, name), join(folder, name));
    });
  }
}
