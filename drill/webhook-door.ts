import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf } from '../simulator/server.ts';
import type { Warehouse } from './warehouse.ts';

/** Gives a webhook that came over HTTP to the warehouse. */
export async function receiveWebhook(
  warehouse: Warehouse,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const status = await warehouse.take(headers, body);
  if (status === undefined) request.socket.destroy();
  else response.writeHead(status).end();
}
