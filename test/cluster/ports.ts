import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLockForLife } from './lock.ts';
import { processIdentity } from './pid.ts';

/** Below it are the ports of well-known servers. */
const LOWEST = 15_000;
/** From here on ports are a cluster's (NodePort), and most systems' own. */
const NODE_PORTS = 30_000;
const ATTEMPTS = 200;

/** Which process was given which port, for all that test on this machine. */
const GIVEN = join(tmpdir(), 'supercargo-ports');

/**
 * Free ports, all held open until the last is found, so that they differ. They are none that the system gives out by
 * itself: between here and the start of a server, and while it is restarted, each connection and each `listen(0)` of
 * whatever runs beside would be one more that may take such a port. Nor are they any that another call was given whose
 * process still lives: a store takes many seconds to its start.
 */
export async function freePorts(count: number, host = '127.0.0.1', folder = GIVEN): Promise<number[]> {
  const end = await endOfRange();
  const servers = await Promise.all(Array.from({ length: count }, () => listenSomewhere(host, end, folder)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function endOfRange(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const ephemeral = Number.parseInt(text, 10) || NODE_PORTS;
  // A machine whose own ports begin so low leaves no room below them.
  return ephemeral > LOWEST + 1000 ? Math.min(ephemeral, NODE_PORTS) : NODE_PORTS;
}

async function listenSomewhere(host: string, end: number, folder: string): Promise<Server> {
  const self = processIdentity(process.pid);
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(LOWEST, end);
    try {
      const server = await listen(port, host);
      if (await tryLockForLife(join(folder, String(port)), self)) return server;
      server.close();
      if (attempt === ATTEMPTS) throw new Error(`no port is free between ${LOWEST} and ${end}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === ATTEMPTS) throw error;
    }
  }
}

function listen(port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}
