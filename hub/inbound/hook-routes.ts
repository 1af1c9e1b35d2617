import { z } from 'zod';
import type { HubContext } from '../base/context.ts';
import { HttpError } from '../base/errors.ts';
import type { App } from '../http/app.ts';
import { queueHook } from './hook-queue.ts';

/** An order of a thousand lines fits; what it hints at is read from the shop anyway. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Webhooks of stores: kept raw and answered at once. The pod checks the signature, and reads what it hints at. */
export function hookRoutes(app: App, hub: HubContext): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, callback) =>
    callback(null, body),
  );
  app.post(
    '/:connection/:token',
    {
      schema: {
        hide: true,
        params: z.object({ connection: z.coerce.number().int().min(1).max(2_147_483_647), token: z.string().max(100) }),
        response: { 202: z.object({ status: z.string() }) },
      },
    },
    async (request, reply) => {
      const { connection } = request.params;
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const status = await queueHook(hub.db, connection, request.headers, body);
      if (status === 'full')
        throw new HttpError(429, 'TooManyWebhooks', 'more webhooks wait than are taken: try again in a minute');
      if (status === 'queued') hub.wakePod(connection);
      return reply.status(202).send({ status });
    },
  );
}
