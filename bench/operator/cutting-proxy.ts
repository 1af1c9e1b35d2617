import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to the API server that can be cut: every connection at once, as by a load balancer that ends idle ones. */
export interface CuttingProxy {
  readonly port: number;
  cut(): void;
  close(): void;
}

export async function cuttingProxy(to: number): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  // As load balancers do; otherwise a small packet behind another waits 40 ms for an answer from the far end.
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: to, host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => open.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: () => {
      server.close();
      cut();
    },
  };
}
