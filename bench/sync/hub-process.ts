/**
 * The hub as a process of its own, on a given PostgreSQL or its own: what hub/main.ts starts, with a static token in
 * place of TokenReview.
 */
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { createHash, randomUUID } from 'node:crypto';
import type { StoreSpec } from '../../crds/index.ts';
import { staticTokens } from '../../hub/auth/identity.ts';
import { startHub } from '../../hub/hub.ts';
import { openEmbedded } from '../../hub/storage/embedded/index.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { letGrow } from '../../kit/memory-limits.ts';
import { CONNECTION, required } from './rig.ts';

letGrow();
const log = createLogger('hub', process.env['BENCH_LOG'] ?? 'warn');
const folder = process.env['BENCH_DATA_DIR'];
const hub = await startHub({
  db: folder
    ? await openEmbedded({ folder, clock: systemClock, log, signal: new AbortController().signal })
    : openPostgres({ url: required('BENCH_DATABASE_URL') }),
  clock: systemClock,
  log,
  newId: randomUUID,
  authenticator: staticTokens(new Map([[required('BENCH_TOKEN'), { role: 'sync', connection: CONNECTION }]])),
  host: '127.0.0.1',
  port: 0,
  version: 'bench',
  webhookReach: OWN_MACHINE,
  publicUrl: process.env['BENCH_HOOKS'] === '1' ? 'local' : undefined,
});
await hub.putStore({
  namespace: CONNECTION.namespace,
  name: 'main',
  spec: JSON.parse(process.env['BENCH_STORE'] ?? '{}') as StoreSpec,
  keyHash: createHash('sha256').update(required('BENCH_API_KEY')).digest('hex'),
});
process.send?.({ url: hub.url });
process.on('message', () => void hub.stop().then(() => process.exit(0)));
process.on('disconnect', () => process.exit(0));
