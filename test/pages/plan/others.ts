import { leftOut, runBy, runsIn, type PlanRow } from '../plan.ts';

const here = runsIn('folder');
const server = runsIn('api server');
const cluster = runsIn('cluster');
const hub = runsIn('hub');
const simulator = runsIn('up', { page: 'docs/simulator.md' });
/** What a line of jest chooses. `make test` runs these tests; that the line finds them is what is left to hold. */
const LISTED = { inTheClone: true, fill: { ' --testPathPatterns': ' --listTests --testPathPatterns' } };

export const GITOPS: readonly PlanRow[] = [
  server('kubectl -n argocd patch configmap argocd-cm --type merge --patch-file charts/argocd/argocd-cm.yaml', {
    says: /configmap\/argocd-cm patched/,
  }),
  ...runBy(
    'test/e2e/together/flux.e2e.test.ts',
    'kubectl -n flux-system create secret generic supercargo-signers --from-file=cosign.pub',
  ),
  ...leftOut('tool', 'argocd app terminate-op NAME'),
  ...leftOut('mention', 'supercargo sync', 'supercargo run', 'kubectl create', 'kubectl apply'),
  cluster('supercargo go-live NAME --dry-run', { says: /live/, fill: { NAME: 'shop' } }),
  cluster('supercargo go-live NAME --wait', { says: /runs live/, fill: { NAME: 'shop' } }),
];

export const DRILL: readonly PlanRow[] = [
  ...runBy('test/e2e/drill.e2e.test.ts', 'supercargo drill', 'supercargo drill --parts sync,hub,operator --kills 60'),
  ...runBy(
    'test/e2e/drill.e2e.test.ts',
    'supercargo drill --kills 12 --parts sync,hub,operator --fault lost-ack,429-storm',
  ),
  ...runBy('test/e2e/drill.e2e.test.ts', 'supercargo order NUMBER -n supercargo-drill'),
];

export const SIMULATOR: readonly PlanRow[] = [
  simulator('./supercargo simulate', { stays: /store: http/, fill: { simulate: 'simulate --port GENERIC-PORT' } }),
  simulator('./supercargo up -f examples/simulate --public-url local', {
    stays: /Connection\/simulated: ready/,
    fill: { 'examples/simulate': 'my-simulate --hub-port 0' },
  }),
  runsIn('up')('node cli/main.ts get feeds --state .supercargo/dev', {
    amid: 'docs/simulator.md',
    says: /simulated-orders/,
    fill: { '.supercargo/dev': '.supercargo' },
  }),
  simulator('./supercargo simulate shopify', {
    stays: /store: http/,
    fill: { shopify: 'shopify --port SHOPIFY-PORT' },
    alone: true,
  }),
  simulator('./supercargo simulate shopify --print-manifests > shop.yaml', {
    then: 'cat shop.yaml',
    says: /kind: Connection/,
    fill: { '--print-manifests': '--print-manifests --port SHOPIFY-PORT' },
  }),
  simulator('./supercargo up -f shop.yaml --public-url local', {
    stays: /Connection\/simulated: ready/,
    fill: { 'shop.yaml': 'shop.yaml --hub-port 0 --state .supercargo-shopify' },
  }),
  here(
    'SEEDS=20 node_modules/.bin/node --experimental-vm-modules node_modules/jest/bin/jest.js --selectProjects=integration --testPathPatterns test/simulation',
    { says: /test\/simulation\/simulation\.integration\.test\.ts/, ...LISTED },
  ),
  here(
    "DRIVER=magento2 node_modules/.bin/node --experimental-vm-modules node_modules/jest/bin/jest.js --selectProjects=integration --testPathPatterns test/simulation/simulation -t '^(orders|catalogue|completeness|writes) '",
    { says: /test\/simulation\/simulation\.integration\.test\.ts/, ...LISTED },
  ),
  here(
    'DRIVER=magento2 SEEDS=3 node_modules/.bin/node --experimental-vm-modules node_modules/jest/bin/jest.js --selectProjects=integration --testPathPatterns test/simulation/drivers',
    { says: /test\/simulation\/drivers\.integration\.test\.ts/, ...LISTED },
  ),
  here('node_modules/.bin/node test/simulation/replay.ts writes/3/12/die-after', { says: /all agrees/ }),
];

export const REST_API: readonly PlanRow[] = [
  cluster(`kubectl -n acme get secret "$SECRET" -o jsonpath='{.data.apiKey}' | base64 -d`, { says: /^sck_/ }),
  hub('curl -H "Authorization: Bearer $KEY" "$HUB/api/v1/orders?acknowledged=false"', { says: /"items":\[/ }),
  hub(
    `curl -X POST "$HUB/api/v1/stock" -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -H 'Idempotency-Key: count-2026-01-31' -d '{ "levels": [ { "sku": "TEE-BLUE-S", "warehouse": "berlin", "quantity": 42 } ] }'`,
    { says: /"queued":1/ },
  ),
  hub(
    `curl -X POST "$HUB/api/v1/prices" -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -H 'Idempotency-Key: sale-2026-02-01' -d '{ "prices": [ { "sku": "TEE-BLUE-S", "price": 1990, "compareAt": 2490, "currency": "EUR", "includesTax": true } ] }'`,
    { says: /"queued":1/ },
  ),
  here('supercargo drivers NAME', { says: /stock/i, fill: { NAME: 'vendure' } }),
  ...leftOut('network', 'npm install standardwebhooks', 'make audit'),
];

export const DRIVER_WRITERS: readonly PlanRow[] = [
  ...runBy('test/pages/up.integration.test.ts', 'supercargo simulate'),
  ...runBy('test/pages/up.integration.test.ts', 'node_modules/.bin/node cli/main.ts up -f DIR', 'supercargo up -f DIR'),
  here(
    'node --experimental-vm-modules node_modules/jest/bin/jest.js --selectProjects unit --testPathPatterns drivers/NAME',
    { says: /drivers\/vendure\//, inTheClone: true, fill: { NAME: 'vendure', ...LISTED.fill } },
  ),
  here('make conformance DRIVER=generic', { says: /[1-9]\d* passed, \d+ skipped, 0 failed/ }),
  here('make conformance DRIVER=generic CASES=C8,C3.total', { says: /[1-9]\d* passed, \d+ skipped, 0 failed/ }),
  here('supercargo conformance --module ./my-driver.ts', { says: /[1-9]\d* passed, \d+ skipped, 0 failed/ }),
  here(
    'DRIVER=generic node --experimental-vm-modules node_modules/jest/bin/jest.js --selectProjects integration --testPathPatterns test/simulation/drivers',
    { says: /test\/simulation\/drivers\.integration\.test\.ts/, ...LISTED },
  ),
];

export const CONTRIBUTORS: readonly PlanRow[] = [
  here('export PATH="$PWD/node_modules/.bin:$PATH"', { then: 'node --version', says: /^v24\./ }),
  ...leftOut('ports', 'make dev'),
  here('node cli/main.ts --help', { says: /validate/ }),
  here('node cli/main.ts simulate --help', { says: /--print-manifests/ }),
  ...leftOut('clone', 'make format', 'make generate'),
  ...leftOut('make test', 'make lint'),
  here('JEST="node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js"'),
  here('$JEST --selectProjects unit --testPathPatterns hub/orders/parcel', {
    inTheClone: true,
    says: /Tests: +\d+ passed/,
  }),
  here('$JEST --selectProjects integration --testPathPatterns test/integration/problems', {
    says: /test\/integration\/problems\.integration\.test\.ts/,
    ...LISTED,
  }),
  here('$JEST --selectProjects unit --testPathPatterns "drivers/(vendure|conformance)"', {
    says: /drivers\/conformance[^]*drivers\/vendure|drivers\/vendure[^]*drivers\/conformance/,
    ...LISTED,
  }),
  here('$JEST --selectProjects integration --testPathPatterns drivers/vendure', {
    says: /drivers\/vendure\/vendure\.integration\.test\.ts/,
    ...LISTED,
  }),
  // docs/architecture.md
  ...runBy('test/e2e/prepare.ts', 'supercargo serve operator', 'supercargo serve sync', 'supercargo serve hub'),
  ...runBy('test/e2e/prepare.ts', 'supercargo serve crds'),
  ...runBy('test/e2e/drill.e2e.test.ts', 'supercargo serve drill'),
  // .github, SECURITY.md, docs/versions.md and others that speak of them
  ...leftOut('mention', 'kubectl describe'),
  here('supercargo validate -f FOLDER', { says: /v1alpha1/, fill: { FOLDER: 'old' } }),
  // plugins
  cluster('kubectl get connection NAME -o jsonpath={.status.hooks}', { says: /"state":/, fill: { NAME: 'shop' } }),
  ...leftOut('shop server', 'npm install /path/to/plugins/medusa'),
  // test/cluster, test/stores
  ...runBy('test/e2e/prepare.ts', 'node test/cluster/cli.ts up', 'node test/cluster/cli.ts image --load'),
  ...runBy('test/e2e/down.ts', 'node test/cluster/cli.ts down'),
  // Of all clusters of the machine; another may be on its way.
  cluster('node test/cluster/cli.ts status', { code: [0, 1], says: /, Kubernetes v1\.\d+.*\): (?:not )?well/ }),
  here('node test/stores/vendure/cli.ts start', { stays: /admin-api/, fill: { start: 'start --port VENDURE-PORT' } }),
  here('node test/stores/vendure/cli.ts order --sku TEE-BLUE-S --quantity 2', {
    says: /Order \S+ placed: 2 × TEE-BLUE-S/,
    fill: { 'cli.ts order': 'cli.ts order --port VENDURE-PORT' },
  }),
  here('node test/stores/vendure/cli.ts show CODE', {
    says: /TEE-BLUE-S/,
    fill: { 'cli.ts show': 'cli.ts show --port VENDURE-PORT' },
  }),
  ...leftOut('clone', 'go clean -cache -modcache', 'nsenter -t $(cat …/init.pid) -m -p -n sh'),
];
