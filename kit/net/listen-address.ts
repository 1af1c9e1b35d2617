import { createServer } from 'node:net';

/** Of both families, where the machine has IPv6. */
const ANY = '::';
const ANY_V4 = '0.0.0.0';

/**
 * The address to listen on that is reached by either family: in a cluster of IPv6 alone, the kubelet's probes find
 * nothing on an IPv4 address. A machine without IPv6 has the other one.
 */
export async function anyAddress(listens: (host: string) => Promise<boolean> = canListen): Promise<string> {
  return (await listens(ANY)) ? ANY : ANY_V4;
}

function canListen(host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(0, host, () => server.close(() => resolve(true)));
  });
}
