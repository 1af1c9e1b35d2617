import { readdir, readlink, realpath } from 'node:fs/promises';

/** Kills every process of the PostgreSQL whose data folder this is, as its machine's end would. */
export async function killServer(dataFolder: string): Promise<void> {
  const whole = await realpath(dataFolder);
  for (;;) {
    let found = 0;
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      if ((await readlink(`/proc/${pid}/cwd`).catch(() => '')) !== whole) continue;
      found++;
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
    if (found === 0) return;
  }
}
