// The test store: Vendure's core without dashboard, e-mail or asset server, in one process on one
// SQLite file. Settings come from the environment, so that the harness can start it anywhere.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultJobQueuePlugin, DefaultLogger, JobQueueService, LogLevel, RandomBytesApiKeyStrategy, bootstrap, dummyPaymentHandler, manualFulfillmentHandler } from '@vendure/core';
import { CopyPreviewStrategy, FolderAssetStorage, serveAssets } from './assets.js';
import { FastKeyHash } from './key-hash.js';
import { SupercargoPlugin } from './plugin.js';
import { NodeSqlite } from './sqlite.js';

const dataDir = process.env.VENDURE_DATA_DIR ?? 'data';
const host = process.env.VENDURE_HOST ?? '127.0.0.1';
const port = Number(process.env.VENDURE_PORT ?? 3000);
const assetDir = join(dataDir, 'assets');

// The harness holds the other end of standard input. When it dies, however it dies, the pipe
// closes and the store goes too: no test run leaves a store behind.
if (process.env.VENDURE_EXIT_WITH_PARENT === '1') {
  const leave = () => {
    if (process.env.VENDURE_DATA_TEMPORARY === '1') rmSync(dataDir, { recursive: true, force: true });
    process.exit(0);
  };
  process.stdin.resume();
  process.stdin.on('end', leave);
  process.stdin.on('error', leave);
}

const app = await bootstrap({
  apiOptions: {
    hostname: host,
    port,
    adminApiPath: 'admin-api',
    shopApiPath: 'shop-api',
    adminListQueryLimit: 1000,
    // No browser talks to this store.
    cors: false,
    middleware: [{ route: 'assets', handler: serveAssets(assetDir), beforeListen: false }],
  },
  authOptions: {
    tokenMethod: ['bearer', 'api-key'],
    superadminCredentials: {
      identifier: 'test-superadmin',
      password: process.env.VENDURE_SUPERADMIN_PASSWORD ?? 'of-a-test-store',
    },
    // As Vendure comes, it hashes the key with bcrypt for each field of each request: 0.3 s of CPU, which
    // would be most of what a test or a benchmark measures. A key of 256 random bits needs no slow hash.
    adminApiKeyStrategy: new RandomBytesApiKeyStrategy({ hashingStrategy: new FastKeyHash(), lastUsedAtUpdateInterval: '1m' }),
    cookieOptions: { secret: 'a test store has no secrets' },
  },
  dbConnectionOptions: {
    type: 'better-sqlite3',
    driver: NodeSqlite,
    database: join(dataDir, 'vendure.sqlite'),
    // A copied database already has its schema; comparing it again would cost half the start.
    synchronize: process.env.VENDURE_SYNCHRONIZE !== '0',
    logging: false,
    // A killed process must lose nothing, a lost power supply may: no fsync on each commit.
    prepareDatabase: (database) => {
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = OFF');
    },
  },
  assetOptions: {
    assetStorageStrategy: new FolderAssetStorage(assetDir),
    assetPreviewStrategy: new CopyPreviewStrategy(),
  },
  customFields: {
    ProductVariant: [
      { name: 'ean', type: 'string', nullable: true },
      { name: 'weightGrams', type: 'int', nullable: true },
    ],
  },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  shippingOptions: { fulfillmentHandlers: [manualFulfillmentHandler] },
  plugins: [DefaultJobQueuePlugin.init({ pollInterval: 1000 }), ...(process.env.VENDURE_WITHOUT_PLUGIN === '1' ? [] : [SupercargoPlugin])],
  logger: new DefaultLogger({ level: LogLevel.Error, timestamp: false }),
});
await app.get(JobQueueService).start();

const stop = () => app.close().finally(() => process.exit(0));
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
console.log(`vendure: ready on http://${host}:${port}`);
