import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../cluster/exec.ts';

/** A Git repository on this disk, and what a person does in it: change files, commit them. */
export class GitFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** As Argo CD is told to find it. */
  get url(): string {
    return `file://${this.folder}`;
  }

  async begin(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await this.#git('init', '--quiet', '--initial-branch', 'main');
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), text);
  }

  remove(path: string): Promise<void> {
    return rm(join(this.folder, path), { recursive: true });
  }

  /** All that was changed, as one commit; its id. */
  async commit(message: string): Promise<string> {
    await this.#git('add', '--all');
    await this.#git('commit', '--quiet', '--message', message);
    return this.head();
  }

  async head(): Promise<string> {
    return (await this.#git('rev-parse', 'HEAD')).trim();
  }

  #git(...args: string[]): Promise<string> {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgSign=false'];
    return run('git', [...who, ...args], { cwd: this.folder });
  }
}
