/** The hub as a process that can be killed: what hub/main.ts starts, with a static token in place of TokenReview. */
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { createHash, randomUUID } from 'node:crypto';
import { staticTokens } from '../../hub/auth/identity.ts';
import { startHub } from '../../hub/hub.ts';
import { openEmbedded } from '../../hub/storage/embedded/index.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { API_KEY, CONNECTION, POD_TOKEN, settings, STORE, type HubSettings } from './settings.ts';

const { databaseUrl, dataDir, port, webhookUrl } = settings<HubSettings>();
const log = createLogger('hub', process.env['TEST_LOG'] ?? 'silent');
process.on('uncaughtException', (error) => {
  // The database may be down at any await: the process ends, as in a pod, and is started again.
  log.error({ err: error }, 'the hub ends');
  process.exit(1);
});
const hub = await startHub({
  db: databaseUrl
    ? openPostgres({
        url: databaseUrl,
        onIdleError: (error) => log.warn({ err: error }, 'a database connection broke'),
      })
    : await openEmbedded({ folder: dataDir!, clock: systemClock, log, signal: new AbortController().signal }),
  clock: systemClock,
  log,
  newId: randomUUID,
  authenticator: staticTokens(new Map([[POD_TOKEN, { role: 'sync', connection: CONNECTION }]])),
  host: '127.0.0.1',
  port,
  webhookReach: OWN_MACHINE,
  publicUrl: 'local',
  version: 'faults',
});
const spec = {
  orderWebhooks: [{ name: 'wms', url: webhookUrl }],
  allowedPrivateNetworks: ['127.0.0.0/8'],
  brakes: { maxZeroedPercent: 100 },
};
await hub.putStore({
  namespace: CONNECTION.namespace,
  name: STORE,
  spec,
  keyHash: createHash('sha256').update(API_KEY).digest('hex'),
});
process.send?.('ready');
process.on('disconnect', () => process.exit(0));
