import { statfs } from 'node:fs/promises';

/** PostgreSQL's code for it (class 53, insufficient resources), as when the volume itself says so. */
export const DISK_FULL = '53100';

/**
 * Three segments of write-ahead log: with less, the next one may not be made, and an embedded PostgreSQL does not
 * survive that: it stops answering, and with it the process. So it is never let there.
 */
const RESERVE_BYTES = 48 * 1024 * 1024;

/** Nothing was written. */
export class DiskFull extends Error {
  readonly code = DISK_FULL;
}

/** Throws DiskFull when the volume of an embedded database has too little space for a transaction to begin. */
export async function assertSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < RESERVE_BYTES)
    throw new DiskFull(
      `the volume of the embedded database has ${Math.floor((bavail * bsize) / 1024 / 1024)} MiB left, less than the ${RESERVE_BYTES / 1024 / 1024} MiB that it needs to stay well`,
    );
}
