import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { z } from 'zod';
import { systemClock } from '../kit/clock.ts';
import { createLogger } from '../kit/log.ts';
import { anyAddress } from '../kit/net/listen-address.ts';
import { isFault } from '../simulator/faults.ts';
import { Counterpart } from './counterpart.ts';

/** What drill/manifests.ts writes into the Deployment. */
const environment = z.object({
  SUPERCARGO_HUB_URL: z.url(),
  /** PEM of the CA of the hub's certificate. */
  SUPERCARGO_HUB_CA: z.string().optional(),
  SUPERCARGO_HTTP_PORT: z.coerce.number().default(8080),
  SUPERCARGO_DRILL_SEED: z.coerce.number(),
  SUPERCARGO_DRILL_FAULTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter(isFault)),
  SUPERCARGO_DRILL_CONNECTION: z.string().min(1),
  SUPERCARGO_DRILL_SHOP: z.string().min(1),
  SUPERCARGO_DRILL_ENDPOINT: z.string().min(1),
  /** Folders of mounted Secrets: keys are never in the environment. */
  SUPERCARGO_DRILL_SHOP_DIR: z.string(),
  SUPERCARGO_DRILL_CONTROL_DIR: z.string(),
  SUPERCARGO_DRILL_DEVELOPER_DIR: z.string(),
});

/** The counterpart of a drill, in its pod, until SIGTERM. */
export async function runCounterpart(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const config = environment.parse(env);
  const log = createLogger('drill', 'info');
  // This process calls nobody but the hub over TLS.
  if (config.SUPERCARGO_HUB_CA) setDefaultCACertificates([config.SUPERCARGO_HUB_CA]);
  const key = async (folder: string, name: string) => (await readFile(join(folder, name), 'utf8')).trim();
  const counterpart = new Counterpart({
    clock: systemClock,
    seed: config.SUPERCARGO_DRILL_SEED,
    faults: config.SUPERCARGO_DRILL_FAULTS,
    instance: randomUUID(),
    shopId: config.SUPERCARGO_DRILL_SHOP,
    apiKey: await key(config.SUPERCARGO_DRILL_SHOP_DIR, 'apiKey'),
    controlKey: await key(config.SUPERCARGO_DRILL_CONTROL_DIR, 'controlKey'),
    hub: config.SUPERCARGO_HUB_URL,
    developerKey: await key(config.SUPERCARGO_DRILL_DEVELOPER_DIR, 'apiKey'),
    connection: config.SUPERCARGO_DRILL_CONNECTION,
    endpoint: config.SUPERCARGO_DRILL_ENDPOINT,
  });
  const server = createServer((request, response) => {
    counterpart.handle(request, response).catch((error: unknown) => {
      log.warn({ err: error }, 'a request could not be answered');
      response.destroy();
    });
  });
  server.listen(config.SUPERCARGO_HTTP_PORT, await anyAddress());
  await once(server, 'listening');
  log.info('the shop and the warehouse of the drill are here');
  const working = counterpart.work(signal);
  if (!signal.aborted) await once(signal, 'abort');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await working;
}
