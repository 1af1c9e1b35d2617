import { z } from 'zod';
import { Refused } from '../desk/refused.ts';
import type { Desk, Route, Wire } from '../desk/wire.ts';
import { parseBody } from './body.ts';
import { genericWire } from './generic.ts';
import { orderJson, productJson } from './generic-words.ts';
import { levelsOf, setLevels } from './generic-writes.ts';

const MOST_MESSAGES = 50;

/**
 * A marketplace that does not exist: it stands for those that hand orders out until they are acknowledged, take stock
 * on a ticket, and give a catalogue as a document to wait for. Records are worded as those of the Generic Store API,
 * since it is the ways that are to be tried; what is not changed here is that API's, too.
 */
export const marketplaceWire: Wire = {
  ...genericWire,
  name: 'marketplace',
  basePath: '/marketplace/v1',
  // The first route that fits answers.
  routes: (desk) => [...orderQueue(desk), ...stockByTicket(desk), ...productReports(desk), ...genericWire.routes(desk)],
  subject: { ...genericWire.subject, pagings: ['keyset'], documents: true, tickets: true },
};

const acknowledgement = z.object({ messages: z.array(z.int().min(1)).max(1000) });

function orderQueue({ shop, queue }: Desk): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/order-queue$/,
      answer(call) {
        call.demand('orders:read');
        const after = Number(call.query.get('after') ?? 0);
        const most = Math.min(MOST_MESSAGES, Number(call.query.get('limit') ?? MOST_MESSAGES));
        if (!Number.isInteger(after) || !(most >= 1)) throw new Refused('invalid', 'after and limit are whole numbers');
        const waiting = queue.waiting(shop.readOrders(), after);
        const items = waiting
          .slice(0, most)
          .map(({ number, row }) => ({ message: number, order: orderJson(row, shop.poisoned.get(row.id)) }));
        return { status: 200, json: { items, more: waiting.length > items.length } };
      },
    },
    {
      method: 'POST',
      path: /^\/order-queue\/acknowledgements$/,
      writes: true,
      answer(call) {
        call.demand('orders:read');
        queue.acknowledge(parseBody(acknowledgement, call.json()).messages);
        return { status: 204 };
      },
    },
  ];
}

function stockByTicket(desk: Desk): Route[] {
  return [
    {
      method: 'POST',
      path: /^\/stock$/,
      writes: true,
      answer(call) {
        call.demand('stock:write');
        // Refused now: later there is nobody to tell it to.
        const levels = levelsOf(call.json());
        return { status: 202, json: { ticket: desk.tickets.take(() => setLevels(desk, levels)) } };
      },
    },
    {
      method: 'GET',
      path: /^\/tickets\/([^/]+)$/,
      answer(call) {
        call.demand('stock:write');
        const ticket = desk.tickets.look(call.part);
        if (!ticket) throw new Refused('missing', 'there is no such ticket');
        return { status: 200, json: ticket };
      },
    },
  ];
}

function productReports({ shop, jobs }: Desk): Route[] {
  return [
    {
      // It changes nothing of the shop.
      method: 'POST',
      path: /^\/product-reports$/,
      answer(call) {
        call.demand('products:read');
        const lines = shop
          .readProducts()
          .map((product) => JSON.stringify(productJson(product, shop.poisoned.get(product.id))));
        return { status: 202, json: { report: jobs.start(lines.join('\n')) } };
      },
    },
    {
      method: 'GET',
      path: /^\/product-reports\/([^/]+)$/,
      answer(call) {
        call.demand('products:read');
        const job = jobs.look(call.part);
        if (!job) throw new Refused('missing', 'there is no such report');
        if (job.state !== 'done') return { status: 200, json: { state: job.state } };
        return { status: 200, text: job.document, headers: { 'content-type': 'application/jsonl' } };
      },
    },
  ];
}
