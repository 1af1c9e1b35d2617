import { isCertificateCode } from '../../kit/net/certificate-trouble.ts';
import { DISK_FULL } from './embedded/disk-space.ts';

const SAYING: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(`^${DISK_FULL}$`),
    "the disk of the hub's database is full: enlarge its volume, or move to a PostgreSQL of your own. Nothing is lost, and all goes on by itself",
  ],
  [/^53300$/, "the hub's database takes no more connections: raise its max_connections, or run fewer hubs"],
  [/^53/, "the hub's database is out of resources: its log has the reason"],
  // Shutting down, starting, or gone: PostgreSQL's class 57P, connection exceptions, and the socket's own words.
  [
    /^(57P0[1-4]|08...|ECONNREFUSED|ECONNRESET|EPIPE)$/,
    "the hub's database cannot be reached now: it is starting, stopping or gone. The request may be repeated",
  ],
];

/**
 * What to say where it is the database that cannot, and not the request that is wrong (by SQLSTATE or socket error).
 */
export function databaseProblem({
  code,
  syscall,
}: {
  readonly code?: unknown;
  readonly syscall?: unknown;
}): string | undefined {
  if (typeof code !== 'string') return undefined;
  if (isCertificateCode(code))
    return "the hub's database cannot be reached now: its certificate is not accepted, and the hub's log says why. The request may be repeated";
  // The socket of a server on this machine is not there while it restarts.
  const known = code === 'ENOENT' && syscall === 'connect' ? 'ECONNREFUSED' : code;
  return SAYING.find(([pattern]) => pattern.test(known))?.[1];
}
