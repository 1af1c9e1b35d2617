import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A back office that takes the hub's webhooks and notes when each order first came. */
export class Wms {
  readonly arrivals = new Map<string, number>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const at = Date.now();
        const { data } = JSON.parse(Buffer.concat(chunks).toString()) as {
          data: { externalId?: string; order?: { externalId: string } };
        };
        const id = data.externalId ?? data.order?.externalId ?? '';
        if (!this.arrivals.has(id)) this.arrivals.set(id, at);
        response.end('{}');
      });
    });
  }

  static async start(): Promise<Wms> {
    const wms = new Wms();
    await new Promise<void>((resolve) => wms.#server.listen(0, '127.0.0.1', resolve));
    return wms;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
