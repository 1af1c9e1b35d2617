/** A process that restores a file over the database of SUPERCARGO_DATABASE_URL; each line of progress is printed. */
import { createReadStream } from 'node:fs';
import { serveRestore } from '../../../hub/backup/serve.ts';

await serveRestore(
  process.env,
  createReadStream(process.argv[2]!),
  true,
  (line) => void process.stdout.write(`${line}\n`),
);
