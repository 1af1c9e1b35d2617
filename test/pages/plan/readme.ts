import { leftOut, runBy, runsIn, type PlanRow } from '../plan.ts';

const here = runsIn('folder');
const server = runsIn('api server');

/** README.md, and what first-connection.md and the drivers' pages say in the same words. */
export const README: readonly PlanRow[] = [
  here('ONCE=1 make demo', { says: /done: the order went from the store to the hub and its tracking number back/ }),
  ...runBy('test/pages/folder.integration.test.ts', 'make demo'),
  ...leftOut('make test', 'make test', 'make check', 'make test-unit', 'make test-integration', 'make test-e2e'),
  ...leftOut('long', 'make test-faults', 'KILLS=10000 make test-faults'),
  ...leftOut('long', 'make bench-sync', 'make bench-embedded', 'make bench-fleet', 'make bench-operator'),
  ...leftOut('long', 'make bench-neighbours', 'make bench-drivers'),
  ...runBy('test/fuzz/fuzz.integration.test.ts', 'make test-fuzz'),
  ...runBy('test/integration/peers/shopify.integration.test.ts', 'make peers'),
  ...leftOut('engine', 'docker build -t registry.example.com/supercargo:0.1.0 .'),
  ...leftOut('registry', 'docker push registry.example.com/supercargo:0.1.0'),
  ...runBy('test/e2e/prepare.ts', 'make image', 'make cluster-up'),
  ...runBy('test/e2e/together/order-story.e2e.test.ts', 'make cluster-demo'),
  ...runBy('test/e2e/down.ts', 'make cluster-down'),

  server(
    'helm install supercargo charts/supercargo --namespace supercargo-system --create-namespace --wait --set image.repository=registry.example.com/supercargo --set image.tag=0.1.0',
    { says: /STATUS: deployed/ },
  ),
  server('kubectl create namespace acme', { says: /namespace\/acme created/ }),
  server('kubectl -n acme create secret generic vendure-key --from-literal=apiKey=YOUR-KEY', {
    says: /secret\/vendure-key created/,
  }),
  server('kubectl -n acme apply --dry-run=server -f examples/quickstart', {
    says: /connection.supercargo.dev\/vendure created \(server dry run\)/,
  }),
  server('kubectl -n acme apply -f examples/quickstart', { says: /connection.supercargo.dev\/vendure created/ }),
  server('kubectl -n acme get connections,feeds', { says: /connection.supercargo.dev\/vendure[^]*feed.*OrderImport/ }),

  ...leftOut('network', 'npm ci'),
  ...leftOut('mention', 'chown -R', 'kubectl supercargo'),
];
