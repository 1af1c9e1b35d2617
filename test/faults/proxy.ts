import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP wire that can be cut: everything that is open breaks at once, what comes is refused until it is mended. */
export class Wire {
  readonly port: number;
  cuts = 0;
  readonly #server: Server;
  readonly #open: Set<Socket>;
  readonly #state: { cut: boolean };

  private constructor(server: Server, open: Set<Socket>, state: { cut: boolean }) {
    this.#server = server;
    this.#open = open;
    this.#state = state;
    this.port = (server.address() as AddressInfo).port;
  }

  static async to(port: number): Promise<Wire> {
    const open = new Set<Socket>();
    const state = { cut: false };
    const server = createServer((near) => {
      if (state.cut) return near.destroy();
      const far = connect(port, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        open.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          open.delete(socket);
          other.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Wire(server, open, state);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  cut(): void {
    this.cuts++;
    this.#state.cut = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#state.cut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
