import { cp, mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { VendureAdmin } from './admin.ts';
import { AdminClient } from './graphql.ts';
import { exists, intoPlace, type Log } from '../rig/install.ts';
import { ensureInstalled } from './install.ts';
import { storePaths, type StorePaths } from './paths.ts';
import { freePort } from '../../support/free-port.ts';
import { startServer, type ServerProcess } from './process.ts';
import { seed } from './seed.ts';

export type { VendureAdmin } from './admin.ts';
export { locations, plentifulSku, products, variantsOf } from './catalogue.ts';
export { AdminClient, StoreRefusal } from './graphql.ts';
export { connectorPermissions } from './access.ts';
export type { NewOrder, PlacedOrder, StoreOrder } from './orders.ts';
export type { StockAt } from './lookup.ts';

export interface VendureOptions {
  /** A free one if absent. */
  readonly port?: number;
  readonly host?: string;
  /** Kept between starts. Absent: a temporary folder, removed by `stop`. */
  readonly dataDir?: string;
  /** Progress and the server's own complaints; silent if absent. */
  readonly log?: Log;
}

/** A running real store. */
export interface VendureStore {
  /** The Admin API, which a connector talks to. */
  readonly url: string;
  readonly shopUrl: string;
  /** Sent as header `vendure-api-key`; has `connectorPermissions`. */
  readonly apiKey: string;
  readonly dataDir: string;
  readonly admin: VendureAdmin;
  /** Ends the store; a temporary data folder goes with it. */
  stop(): Promise<void>;
  /** Ends it as a power cut would, and keeps the data: `restart` brings it back with all it had acknowledged. */
  kill(): Promise<void>;
  /** The same store on the same port, after `kill` or while it runs. */
  restart(): Promise<void>;
}

const superadmin = {
  username: 'test-superadmin',
  password: process.env['VENDURE_SUPERADMIN_PASSWORD'] ?? 'of-a-test-store',
};
const factsFile = 'store.json';
const facts = z.object({ apiKey: z.string() });

export async function startVendure(options: VendureOptions = {}): Promise<VendureStore> {
  const log = options.log ?? ((): void => undefined);
  const host = options.host ?? '127.0.0.1';
  const paths = await storePaths();
  await ensureInstalled(paths, log);
  await ensureSeed(paths, log);

  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'supercargo-vendure-')));
  if (!(await hasStore(dataDir))) {
    await mkdir(dataDir, { recursive: true });
    await cp(paths.seed, dataDir, { recursive: true });
  }
  const { apiKey } = facts.parse(JSON.parse(await readFile(join(dataDir, factsFile), 'utf8')));
  const port = options.port ?? (await freePort(host));
  const start = (): Promise<ServerProcess> =>
    startServer({
      app: paths.app,
      dataDir,
      host,
      port,
      log,
      synchronize: false,
      temporary: options.dataDir === undefined,
    });
  let server = await start();
  const base = `http://${host}:${port}`;
  const url = `${base}/admin-api`;
  return {
    url,
    shopUrl: `${base}/shop-api`,
    apiKey,
    dataDir,
    // Its session lies in the database, so it outlives a restart.
    admin: await connectAdmin(url),
    stop: async () => {
      await server.stop();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      server = await start();
    },
  };
}

/** The shopkeeper's verbs on a store that runs already. */
export async function connectAdmin(url: string): Promise<VendureAdmin> {
  return new VendureAdmin(await AdminClient.login(url, superadmin.username, superadmin.password));
}

/** Seeds once and keeps the files of the stopped store; every later start copies them. */
async function ensureSeed(paths: StorePaths, log: Log): Promise<void> {
  if (await exists(paths.seed)) return;
  log('vendure: making the shop: products, stock, shipping (once) …');
  const began = Date.now();
  await intoPlace(paths.seed, async (dataDir) => {
    const host = '127.0.0.1';
    const port = await freePort(host);
    const server = await startServer({ app: paths.app, dataDir, host, port, log, synchronize: true, temporary: true });
    try {
      const client = await AdminClient.login(
        `http://${host}:${port}/admin-api`,
        superadmin.username,
        superadmin.password,
      );
      await writeFile(join(dataDir, factsFile), JSON.stringify(await seed(client)));
    } finally {
      // Closing folds the write-ahead log into the one database file.
      await server.stop();
    }
  });
  log(`vendure: made in ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

async function hasStore(dataDir: string): Promise<boolean> {
  return readFile(join(dataDir, factsFile)).then(
    () => true,
    () => false,
  );
}
