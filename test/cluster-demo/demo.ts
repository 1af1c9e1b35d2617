/** `make cluster-demo`: the order story on the cluster: Vendure on this machine, its sync pod and the hub as pods. */
import { orderStory, waitFor } from '../demo/steps.ts';
import { startVendure } from '../stores/vendure/index.ts';
import { installSupercargo } from './install.ts';
import { Kubectl } from './kubectl.ts';
import { hubOf, quickstartManifests, secret, storeUrl } from './quickstart.ts';

const NAMESPACE = 'acme';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

say('1. the cluster, with Supercargo installed by Helm');
const cluster = await installSupercargo({ clusterName: process.env['CLUSTER'], log: (line) => say(`   ${line}`) });
const kubectl = new Kubectl(cluster);
say('2. a real store: Vendure, on this machine');
const store = await startVendure({ host: '0.0.0.0', log: (line) => say(`   ${line}`) });
try {
  say('3. kubectl apply -f examples/quickstart');
  const manifests = await quickstartManifests(storeUrl(cluster, store));
  await kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
  await kubectl.apply([secret(store.apiKey)], NAMESPACE);
  await kubectl.apply(`${manifests.store}\n---\n${manifests.connection}\n---\n${manifests.feeds}`, NAMESPACE);
  const hub = await waitFor('the developer API key', 60_000, () => hubOf(kubectl, 'main', NAMESPACE));
  say('4. the order');
  await waitFor('the initial sync', 180_000, async () =>
    (await kubectl.condition('connections', 'vendure', NAMESPACE, 'Ready')).startsWith('True') ? true : undefined,
  );
  await orderStory(
    store,
    hub,
    (line) => say(`   ${line}`),
    async () => {
      await kubectl.run(
        'annotate',
        'feed',
        'orders',
        '--namespace',
        NAMESPACE,
        '--overwrite',
        `supercargo.dev/run-requested-at=${new Date().toISOString()}`,
      );
    },
  );
  say('5. kubectl get connections,feeds -A');
  say(await kubectl.run('get', 'connections,feeds', '--all-namespaces'));
  say(
    'done. The cluster stays (make cluster-down); the store on this machine ends now, so the connection will say that it cannot reach it.',
  );
} finally {
  await store.stop();
}
