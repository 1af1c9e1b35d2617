import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Warehouse } from '../../drill/warehouse.ts';
import { receiveWebhook } from '../../drill/webhook-door.ts';
import { systemClock } from '../../kit/clock.ts';
import { API_KEY } from './settings.ts';

export const STOCK_SKU = 'LAMP';

/**
 * The drill's warehouse on this machine; of its webhooks one in ten is refused and one in ten gets no answer, however
 * often it comes.
 */
export class Wms extends Warehouse {
  readonly #server: Server;

  private constructor(hub: string, server: Server, random: () => number) {
    super({
      hub,
      apiKey: API_KEY,
      clock: systemClock,
      sku: STOCK_SKU,
      luck: () => {
        const luck = random();
        return luck < 0.1 ? 'refuse' : luck < 0.2 ? 'swallow' : 'take';
      },
    });
    this.#server = server;
  }

  static async start(hub: string, random: () => number): Promise<Wms> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const wms = new Wms(hub, server, random);
    server.on(
      'request',
      (request, response) => void receiveWebhook(wms, request, response).catch(() => response.destroy()),
    );
    return wms;
  }

  get webhookUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/orders`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
