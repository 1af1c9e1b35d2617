import { z } from 'zod';
import type { Clock } from '../kit/clock.ts';
import type { Observed } from './count.ts';

/** Paths of the counterpart. The shop's API is beside them, at its own path. */
export const PATHS = {
  webhook: '/orders',
  health: '/healthz',
  placed: '/drill/orders',
  progress: '/drill/progress',
  trouble: '/drill/trouble',
  peace: '/drill/peace',
  observed: '/drill/observed',
} as const;

const progress = z.object({
  /** Of this process: another one has lost the truth. */
  instance: z.string(),
  placed: z.number(),
  /** Orders that have a parcel at the shop. */
  shipped: z.number(),
  /** Orders that the warehouse was told of. */
  told: z.number(),
  webhooks: z.number(),
  refused: z.number(),
  forged: z.number(),
  /** Why the warehouse gave up. */
  trouble: z.string().nullable(),
});
export type Progress = z.output<typeof progress>;

/** What is true at a moment, on all sides. */
export interface Observation {
  readonly instance: string;
  readonly observed: Observed;
  /** Parcels that the shop has not confirmed, and webhooks still to be sent. */
  readonly open: { readonly parcels: number; readonly webhooks: number };
}

const observation = z.object({
  instance: z.string(),
  observed: z.object({
    placed: z.array(z.string()),
    known: z.array(z.object({ id: z.string(), number: z.string() })),
    parcels: z.array(z.object({ number: z.string(), trackingCode: z.string().nullable() })),
    shipped: z.array(z.object({ number: z.string(), trackingCode: z.string() })),
    told: z.array(z.object({ number: z.string(), id: z.string() })),
    stock: z.object({ set: z.number().nullable(), atShop: z.number().nullable() }),
  }),
  open: z.object({ parcels: z.number(), webhooks: z.number() }),
}) satisfies z.ZodType<Observation>;

/** What `supercargo drill` asks of its counterpart. */
export interface Control {
  place(count: number): Promise<void>;
  progress(): Promise<Progress>;
  /** From now on the shop's requests go wrong as they were asked to. */
  trouble(): Promise<void>;
  /** No more faults of the shop's requests, and no more new stock levels. */
  peace(): Promise<void>;
  observe(): Promise<Observation>;
}

const RETRY_MS = 500;
const TIMEOUT_MS = 30_000;

/** Over the tunnel; a tunnel that breaks is tried again for `patienceMs`. */
export function controlClient(options: {
  readonly url: string;
  readonly key: string;
  readonly clock: Clock;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}): Control {
  const { url, key, clock, patienceMs, signal } = options;
  const call = async <T extends z.ZodType>(
    shape: T,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<z.output<T>> => {
    for (const deadline = clock.now().getTime() + patienceMs; ;) {
      const answer = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
        .then(async (response) => ({ status: response.status, value: await response.json() }))
        .catch((error: unknown) => ({ status: 0, value: error }));
      signal.throwIfAborted();
      if (answer.status === 200) return shape.parse(answer.value);
      if (answer.status !== 0 && answer.status !== 503)
        throw new Error(`the counterpart answered ${answer.status} to ${path}`);
      if (clock.now().getTime() >= deadline)
        throw new Error(`the counterpart did not answer ${path} for ${patienceMs / 1000} s`, { cause: answer.value });
      await clock.sleep(RETRY_MS, signal);
    }
  };
  return {
    async place(count) {
      await call(z.object({ placed: z.number() }), 'POST', PATHS.placed, { count });
    },
    progress: () => call(progress, 'GET', PATHS.progress),
    async trouble() {
      await call(z.object({}), 'POST', PATHS.trouble, {});
    },
    async peace() {
      await call(z.object({}), 'POST', PATHS.peace, {});
    },
    observe: () => call(observation, 'GET', PATHS.observed),
  };
}
