import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Below it are the ports of well-known servers. */
const LOWEST = 15_000;
/** Where the ports begin that the system gives out by itself, if it does not say. */
const USUAL_EPHEMERAL = 32_768;
const ATTEMPTS = 200;

/**
 * Free ports, all held open until the last is found, so that they differ. They are none that the system gives out by
 * itself: between here and the start of a server, and while it is restarted, each connection and each `listen(0)` of
 * whatever runs beside would be one more that may take such a port.
 */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const end = await firstEphemeral();
  const servers = await Promise.all(Array.from({ length: count }, () => listenSomewhere(host, end)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function firstEphemeral(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const first = Number.parseInt(text, 10) || USUAL_EPHEMERAL;
  // A machine whose range begins so low leaves no room below it.
  return first > LOWEST + 1000 ? first : USUAL_EPHEMERAL;
}

async function listenSomewhere(host: string, end: number): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listen(randomInt(LOWEST, end), host);
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
