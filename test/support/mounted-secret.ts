import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issued } from './certificates.ts';

/** A Secret of type kubernetes.io/tls as a kubelet mounts it: what is in it changes by the swap of one link. */
export class MountedSecret {
  /** To be removed by who made it. */
  readonly folder = mkdtempSync(join(tmpdir(), 'supercargo-secret-'));
  /** Where its files are. */
  readonly data = join(this.folder, 'data');
  #version = 0;

  put({ key, cert }: Issued, ca?: string): void {
    const version = join(this.folder, `..${++this.#version}`);
    mkdirSync(version);
    writeFileSync(join(version, 'tls.key'), key);
    writeFileSync(join(version, 'tls.crt'), cert);
    if (ca !== undefined) writeFileSync(join(version, 'ca.crt'), ca);
    symlinkSync(version, join(this.folder, 'new'));
    renameSync(join(this.folder, 'new'), this.data);
  }
}
