import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const A_BITE = 1024 * 1024;

/** A volume with an end: a file system in memory, of this size. Making one takes root. */
export class SmallVolume {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async mount(mebibytes: number): Promise<SmallVolume> {
    const folder = await mkdtemp(join(tmpdir(), 'supercargo-volume-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0777`, 'none', folder]);
    return new SmallVolume(folder);
  }

  /** Another tenant takes all of it but so many bytes. */
  async fill(leave: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    const filler = await open(join(this.folder, 'filler'), 'w');
    try {
      for (let left = bavail * bsize - leave; left > 0; left -= A_BITE)
        await filler.write(Buffer.alloc(Math.min(left, A_BITE), 1));
    } catch (error) {
      // The database took some of it meanwhile: then it is as full as it was to be.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await filler.close();
    }
  }

  async free(): Promise<void> {
    await rm(join(this.folder, 'filler'), { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', [this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
