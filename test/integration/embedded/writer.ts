/**
 * A process that has the embedded database of a folder and writes numbers into it; each that was committed is printed.
 */
import { openEmbedded } from '../../../hub/storage/embedded/index.ts';
import { systemClock } from '../../../kit/clock.ts';
import { createLogger } from '../../../kit/log.ts';

const [folder, mode] = process.argv.slice(2) as [string, 'write' | 'hold'];
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
// As a second Ctrl-C ends `supercargo up`.
process.once('SIGINT', () => process.exit(130));
const db = await openEmbedded({
  folder,
  clock: systemClock,
  log: createLogger('hub', process.env['TEST_LOG'] ?? 'silent'),
  signal: new AbortController().signal,
});
await db.execute('CREATE TABLE IF NOT EXISTS numbers (n integer PRIMARY KEY)');
const [row] = await db.query<{ n: number }>('SELECT coalesce(max(n), 0)::int AS n FROM numbers');
process.stdout.write('ready\n');
for (let n = row!.n + 1; !stop.signal.aborted; n++) {
  if (mode === 'write') {
    await db
      .transaction((tx) => tx.query('INSERT INTO numbers VALUES ($1)', [n]))
      .then(
        () => process.stdout.write(`${n}\n`),
        () => undefined,
      );
  }
  await systemClock.sleep(mode === 'write' ? 2 : 50);
}
await db.close();
