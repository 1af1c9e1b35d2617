import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackages } from '../cluster/packages.ts';

const run = promisify(execFile);
const DISK = 'disk.img';

/**
 * A block device of its own whose power can be cut. The device is a file on a file system that copies in no time
 * (XFS, reflink), so that a copy is the device exactly as it was at one moment: what the file system above it had not
 * sent to it yet is lost, as with a plug pulled. Takes root.
 */
export class PowerVolume {
  /** Where the data lies now; another folder after each cut. */
  folder: string;
  readonly #work: string;
  #cuts = 0;

  private constructor(work: string, folder: string) {
    this.#work = work;
    this.folder = folder;
  }

  static async create(mebibytes: number): Promise<PowerVolume> {
    await ensurePackages([{ name: 'xfsprogs', proof: 'mkfs.xfs' }], (line) => void process.stdout.write(`${line}\n`));
    const work = await mkdtemp(join(tmpdir(), 'supercargo-power-'));
    await run('chmod', ['711', work]);
    const outer = join(work, 'outer');
    await mkdir(outer);
    await makeImage(join(work, 'outer.img'), mebibytes * 3);
    await run('mkfs.xfs', ['-q', '-m', 'reflink=1', join(work, 'outer.img')]);
    await run('mount', ['-o', 'loop', join(work, 'outer.img'), outer]);
    await makeImage(join(outer, DISK), mebibytes);
    await run('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0', join(outer, DISK)]);
    const volume = new PowerVolume(work, '');
    volume.folder = await volume.#mount(DISK);
    return volume;
  }

  /**
   * The device as it is now, aside: the moment at which the power goes. Whoever writes on goes on writing to what will
   * be thrown away.
   */
  async cut(): Promise<void> {
    await run('cp', ['--reflink=always', join(this.#work, 'outer', DISK), join(this.#work, 'outer', 'cut.img')]);
  }

  /** Brings up what `cut` left, in place of the volume; nobody may use that any more. */
  async bringUp(): Promise<void> {
    await this.#unmount();
    await run('mv', [join(this.#work, 'outer', 'cut.img'), join(this.#work, 'outer', DISK)]);
    this.folder = await this.#mount(DISK);
  }

  async remove(): Promise<void> {
    await this.#unmount();
    await run('umount', [join(this.#work, 'outer')]);
    await rm(this.#work, { recursive: true, force: true });
  }

  async #mount(image: string): Promise<string> {
    const folder = join(this.#work, `disk-${++this.#cuts}`);
    await mkdir(folder);
    await run('mount', ['-o', 'loop', join(this.#work, 'outer', image), folder]);
    return folder;
  }

  async #unmount(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await run('umount', [this.folder]);
        return;
      } catch (error) {
        // Its last process may not be gone yet.
        if (attempt === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

async function makeImage(path: string, mebibytes: number): Promise<void> {
  await run('truncate', ['-s', `${mebibytes}M`, path]);
}
