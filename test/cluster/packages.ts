import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tryRun } from './exec.ts';
import { secondsSince, type Log } from './log.ts';

/** A Debian package and a file that is there once it is installed: a command's name, or a path. */
export interface DebianPackage {
  name: string;
  proof: string;
}

export const NODE_PACKAGES: readonly DebianPackage[] = [
  { name: 'iproute2', proof: 'ip' },
  { name: 'util-linux', proof: 'nsenter' },
  { name: 'mount', proof: 'mount' },
  { name: 'nftables', proof: 'nft' }, // kube-proxy writes its rules with it
  { name: 'conntrack', proof: 'conntrack' }, // kube-proxy drops stale UDP flows with it
  { name: 'iptables', proof: 'iptables' }, // kubelet and the portmap plugin look for it, kube-router writes with it
  { name: 'ipset', proof: 'ipset' }, // kube-router names pods and networks with it
];

export const RUNC_BUILD_PACKAGES: readonly DebianPackage[] = [
  { name: 'gcc', proof: 'gcc' },
  { name: 'libc6-dev', proof: '/usr/include/stdlib.h' },
  { name: 'pkg-config', proof: 'pkg-config' },
  { name: 'libseccomp-dev', proof: '/usr/include/seccomp.h' },
];

export const IMAGE_PACKAGES: readonly DebianPackage[] = [
  { name: 'buildah', proof: 'buildah' },
  { name: 'debootstrap', proof: 'debootstrap' },
  { name: 'debian-archive-keyring', proof: '/usr/share/keyrings/debian-archive-keyring.gpg' },
];

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function isInstalled(wanted: DebianPackage): boolean {
  if (wanted.proof.startsWith('/')) return existsSync(wanted.proof);
  return [...(process.env['PATH'] ?? '').split(':'), ...FOLDERS].some((folder) =>
    existsSync(join(folder, wanted.proof)),
  );
}

/**
 * Installs what is missing, as root on Debian and its kin, and says so.
 * Elsewhere it stops with the list, since guessing a package manager helps nobody.
 */
export async function ensurePackages(wanted: readonly DebianPackage[], log: Log): Promise<void> {
  const missing = wanted.filter((candidate) => !isInstalled(candidate)).map((candidate) => candidate.name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`These Debian packages (or their like) are needed and missing: ${missing.join(' ')}`);
  }
  const start = Date.now();
  log(`installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const word = setInterval(() => log(`  apt-get: ${secondsSince(start)}`), 15_000);
  try {
    await tryRun('apt-get', ['update', '-qq'], { env, timeout: 300_000 }); // an unreachable third-party source is no reason to stop
    // Another clone, or the machine's own updates, may be installing something.
    const patient = ['-o', 'DPkg::Lock::Timeout=300'];
    const result = await tryRun(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', ...patient, ...missing],
      { env, timeout: 900_000 },
    );
    if (result.code !== 0)
      throw new Error(`apt-get install ${missing.join(' ')} failed:\n${result.stderr.slice(-2000)}`);
  } finally {
    clearInterval(word);
  }
  log(`installed them in ${secondsSince(start)}`);
}
