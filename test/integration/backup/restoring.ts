/**
 * A process that restores a file over the database of SUPERCARGO_DATABASE_URL; each line of progress is printed. After
 * the one that begins with the second argument it stands still until it is killed, in the middle of its work.
 */
import { createReadStream } from 'node:fs';
import { serveRestore } from '../../../hub/backup/serve.ts';

const [file, last] = process.argv.slice(2) as [string, string];
await serveRestore(process.env, createReadStream(file), true, (line) => {
  process.stdout.write(`${line}\n`);
  if (line.startsWith(last)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
