import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { conflict, notFound } from '../base/errors.ts';
import { storeOf, text, type App } from '../http/app.ts';
import { once } from '../http/idempotency.ts';
import { forgetAnswer } from '../../model/rest/forget.ts';
import { forgetPersons, type OrderKey } from '../retention/forget.ts';

const body = z
  .object({
    order: text(128).optional().meta({ description: 'Number of an order, as the shop or the back office has it.' }),
    person: z.email().max(320).optional().meta({ description: 'Mail address of a customer: all of their orders.' }),
  })
  .refine(({ order, person }) => (order === undefined) !== (person === undefined), 'give order or person');

type Found = OrderKey & { readonly number: string; readonly open: boolean };

export function forgetRoutes(app: App, hub: HubContext): void {
  app.post(
    '/forget',
    {
      schema: {
        tags: ['orders'],
        security: [{ developerKey: [] }],
        summary: 'Erase the person of an order, or a person from all closed orders',
        description:
          'Names, addresses, mail, telephone, notes, gift messages and fields of the shop go, and do not come back when the order is read again. The order with its goods and sums stays. An open order is left as it is: it is to be shipped.',
        body,
        response: { 200: forgetAnswer },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      const { order, person } = request.body;
      return once(hub.db, store.id, request, async (tx) => {
        const found = await tx.query<Found & Record<string, unknown>>(
          `SELECT connection_id AS "connectionId", external_id AS "orderId", number, intake IN ('Accepted', 'Held') AND state NOT IN ('Completed', 'Cancelled') AS open
           FROM orders WHERE store_id = $1 AND ($2::text IS NULL OR number = $2 OR cust_ref = $2) AND ($3::text IS NULL OR md5(lower(customer_email))::uuid = md5(lower($3))::uuid AND lower(customer_email) = lower($3)) ORDER BY number FOR UPDATE`,
          [store.id, order ?? null, person ?? null],
        );
        const closed = found.filter(({ open }) => !open);
        const open = found.filter((one) => one.open).map(({ number }) => number);
        if (order !== undefined && found.length === 0)
          throw notFound(`order ${order}`, 'give its number as the shop or the back office has it');
        if (order !== undefined && closed.length === 0)
          throw conflict(
            'OrderOpen',
            `order ${order} is open, and without its address it cannot be shipped: forget it once it is completed or cancelled`,
          );
        await forgetPersons(tx, closed, { request: request.id });
        return { forgotten: closed.map(({ number }) => number), open };
      });
    },
  );
}
