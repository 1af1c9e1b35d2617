/** `supercargo up` with connections 0 to n-1 in one process. Answers how many are Ready. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUp } from '../../cli/local/up.ts';
import { LocalWorld } from '../../cli/local/world.ts';
import { API_VERSION, type Resource } from '../../crds/index.ts';
import { createLogger } from '../../kit/log.ts';
import { API_KEY, given, keyOf } from './names.ts';

export interface UpPart {
  readonly shops: readonly string[];
}

const FEEDS = ['ProductImport', 'StockImport', 'OrderImport', 'StockExport', 'ShipmentExport'];
const { shops } = given<UpPart>();
const folder = await mkdtemp(join(tmpdir(), 'supercargo-fleet-'));
const world = new LocalWorld(join(folder, 'status.json'), () => new Date());
const secrets = shops.map((_, index) => ({ namespace: keyOf(index).namespace, name: 'c', data: { apiKey: API_KEY } }));
const resources = shops.flatMap((url, index): Resource[] => {
  const { namespace, name } = keyOf(index);
  const one = (kind: string, called: string, spec: unknown): Resource => ({
    apiVersion: API_VERSION,
    kind,
    metadata: { name: called, namespace },
    spec,
  });
  return [
    one('Store', 'main', {}),
    one('Credential', 'c', { driver: 'generic', secretRef: { name: 'c' } }),
    one('Connection', name, {
      storeRef: { name: 'main' },
      driver: 'generic',
      credentialRef: { name: 'c' },
      mode: 'Production',
      earliestOrderDate: '2020-01-01T00:00:00Z',
      settings: { url },
    }),
    ...FEEDS.map((type) => one('Feed', type.toLowerCase(), { connectionRef: { name }, type })),
  ];
});
world.apply({ secrets, faults: [], resources });
const up = await startUp({
  world,
  stateDir: folder,
  hubPort: 0,
  version: 'bench',
  log: createLogger('up', process.env['BENCH_LOG'] ?? 'error'),
  signal: new AbortController().signal,
  onEvent: () => undefined,
  onRestored: () => undefined,
});
const isReady = ({ status }: { status?: { conditions?: readonly { type: string; status: string }[] } }) =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
process.on('message', (asked) => {
  if (asked === 'state') process.send!({ ready: world.list('Connection').filter(isReady).length });
  else
    void up
      .stop()
      .then(() => rm(folder, { recursive: true, force: true }))
      .then(() => process.exit(0));
});
process.on('disconnect', () => process.exit(1));
process.send!({ started: true });
