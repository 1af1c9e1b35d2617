import { leftOut, runBy, runsIn, type PlanRow } from '../plan.ts';

const here = runsIn('folder');
const up = runsIn('up', { page: 'docs/operating.md' });
const server = runsIn('api server');
const cluster = runsIn('cluster', {
  fill: { 'NAME…': 'shop', 'FEED…': 'orderimport', CONNECTION: 'shop', NAME: 'shop', FEED: 'orderimport' },
});
const RELEASE = 'supercargo charts/supercargo -n supercargo-system --create-namespace';

/** "A larger volume": the new claim, and who copies. */
const COPY_OF_THE_VOLUME = `kubectl -n supercargo-system apply -f - <<EOF
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: NEW-CLAIM }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: NEW-SIZE } } }
---
apiVersion: batch/v1
kind: Job
metadata: { name: hub-copy }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: copy
          image: $IMAGE
          command: [/nodejs/bin/node, -e, 'fs.cpSync("/old/postgres", "/new/postgres", { recursive: true })']
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
          volumeMounts: [{ name: old, mountPath: /old }, { name: new, mountPath: /new }]
      volumes:
        - { name: old, persistentVolumeClaim: { claimName: OLD-CLAIM } }
        - { name: new, persistentVolumeClaim: { claimName: NEW-CLAIM } }
EOF`;

/** docs/operating.md, but for upgrades and everything else of the chart: chart.ts. */
export const OPERATING: readonly PlanRow[] = [
  ...leftOut('mention', 'kubectl wait --for=condition=Ready', 'kubectl logs --previous', 'kubectl describe pod'),
  ...leftOut('mention', 'kubectl delete connection', 'supercargo up', 'supercargo test', 'supercargo describe'),
  ...runBy('test/e2e/install.e2e.test.ts', 'helm test'),
  ...leftOut('mention', 'helm upgrade', 'helm rollback', 'helm uninstall', 'helm template', 'supercargo backup'),
  ...leftOut('mention', 'supercargo restore', 'supercargo errors --payload'),
  server('kubectl get driver NAME -o yaml', { says: /settingsSchema:/, fill: { NAME: 'vendure' } }),
  server('kubectl describe deployment sync-NAME', {
    says: /sync-vendure/,
    fill: { 'sync-NAME': 'sync-vendure -n acme' },
  }),

  // Runs and problems
  cluster('supercargo errors', { says: /no open problems|UnknownShippingMethod/ }),
  cluster('kubectl supercargo errors', { says: /no open problems|UnknownShippingMethod/ }),
  cluster('supercargo licenses', { says: /there is no License|License / }),
  cluster('supercargo report', { says: /\.tar\.gz/ }),
  cluster('supercargo replay --reason REASON --dry-run', { says: /reason UnknownShippingMethod/ }),
  cluster('supercargo dismiss --reason REASON --record RECORD --note NOTE', { says: /reason UnknownShippingMethod/ }),
  cluster('supercargo replay --reason Dismissed', { says: /reason Dismissed/ }),

  // Annotations and commands
  here('source <(supercargo completion bash)', { then: 'complete -p supercargo', says: /complete .*supercargo/ }),
  ...leftOut('tool', 'supercargo completion fish | source'),
  cluster('supercargo sync NAME…', { says: /shop/ }),
  cluster('supercargo test NAME…', { says: /shop/ }),
  cluster('supercargo run FEED…', { says: /orderimport/ }),
  cluster('supercargo go-live NAME', { says: /is live already/ }),
  cluster('supercargo suspend FEED…', { says: /Feed .*orderimport suspended/ }),
  cluster('supercargo resume FEED…', { says: /Feed .*orderimport resumed/ }),
  cluster('supercargo disable NAME…', { says: /disabled/ }),
  cluster('supercargo enable NAME…', { says: /enabled/ }),
  cluster('supercargo reconcile NAME…', { says: /the operator has been asked to look at it/ }),
  cluster('supercargo get KIND [NAME]', { says: /orderimport/, fill: { KIND: 'feeds', ' [NAME]': '' } }),
  cluster('supercargo describe NAME…', { says: /Ready/ }),
  cluster('supercargo runs CONNECTION [FEED]', { says: /Succeeded|Empty/, fill: { '[FEED]': 'orderimport' } }),
  cluster('supercargo logs CONNECTION', { says: /"level"/ }),
  cluster('supercargo report [CONNECTION]', { says: /\.tar\.gz/, fill: { '[CONNECTION]': 'shop' } }),
  cluster('supercargo report NAME', { says: /\.tar\.gz/, fill: { 'report NAME': 'report shop -o again.tar.gz' } }),
  cluster('supercargo order NUMBER', { says: /placed/ }),
  cluster('supercargo forget --order NUMBER', { says: /backups have copies of their own/ }),
  cluster('supercargo replay --reason REASON', { says: /reason UnknownShippingMethod/ }),
  cluster('supercargo dismiss --reason REASON --note NOTE', { says: /reason UnknownShippingMethod/ }),
  cluster('supercargo diff [CONNECTION]', { says: /shop/, fill: { ' [CONNECTION]': ' shop' } }),
  cluster('supercargo diff CONNECTION', { says: /shop/ }),
  here('supercargo validate -f DIR', { says: /12 valid, 0 not/, fill: { DIR: 'examples/quickstart' } }),
  ...leftOut('mention', 'supercargo restore FILE'),
  server('kubectl get connections -o wide', {
    says: /INSTALLATION[^]*supercargo-system\.supercargo/,
    fill: { 'get connections': 'get connections -A' },
  }),
  server('kubectl get connections -A -l supercargo.dev/driver=vendure', { says: /acme .*vendure/ }),
  server('kubectl -n acme annotate feed stock-export --overwrite supercargo.dev/release=DIGEST', {
    says: /feed.supercargo.dev\/stock-export annotated/,
  }),

  // Backup and restore
  up('supercargo backup -o hub.backup', { says: /hub\.backup/ }),
  up('0 * * * *  cd /srv/shop && supercargo backup -o /backups/hub-$(date +\\%u-\\%H).backup', {
    says: /hub-\d-\d\d\.backup/,
    // As cron reads it, on a machine that has other folders.
    fill: { '0 * * * *': '', '/srv/shop': '.', '/backups/': './', '\\%': '%' },
  }),
  up('supercargo restore hub.backup --state NEW-FOLDER', {
    says: /restored/,
    fill: { 'NEW-FOLDER': 'new' },
    answer: 'yes',
    alone: true,
  }),
  up('supercargo restore hub.backup --replace', { says: /restored/, answer: 'yes' }),
  ...runBy('test/e2e/restore.e2e.test.ts', 'supercargo restore hub.backup --replace --context production'),
  up('supercargo restore hub.backup --state new-folder', { says: /restored/, answer: 'yes' }),
  up('supercargo up -f shop/ --state new-folder', {
    stays: /Connection\/simulated: ready/,
    fill: { 'up -f shop/': 'up -f shop/ --hub-port 0' },
  }),

  // Deletion, what is kept
  cluster('supercargo forget --person EMAIL -n acme', { says: /backups have copies of their own/, code: [0, 1] }),
  cluster('supercargo forget --order NUMBER -n acme', { says: /backups have copies of their own/ }),
  cluster('supercargo delete NAME…', { answer: 'yes', says: /is gone/ }),
];

/** What docs/operating.md says of the chart: the last on the API server, since it takes away what the others need. */
export const CHART: readonly PlanRow[] = [
  server(
    'helm upgrade supercargo charts/supercargo -n supercargo-system --reset-then-reuse-values --set image.tag=NEW',
    { says: /has been upgraded/ },
  ),
  server('supercargo disable --all -A --wait', { says: /disabled/ }),
  server('supercargo disable --all -A --kind clusterconnections --wait', { says: /disabled/ }),
  server('kubectl -n supercargo-system scale deployment supercargo-hub --replicas=0', { says: /scaled/ }),
  // With the API server alone nothing of ours ends pods; one that is gone is no fault either.
  server('kubectl -n supercargo-system wait pod -l app.kubernetes.io/component=hub --for=delete --timeout=2m'),
  server(
    "IMAGE=$(kubectl -n supercargo-system get deployment supercargo-hub -o jsonpath='{.spec.template.spec.containers[0].image}')",
    { then: 'echo "$IMAGE"', says: /supercargo/ },
  ),
  server(COPY_OF_THE_VOLUME, {
    says: /job.batch\/hub-copy created/,
    fill: { 'NEW-CLAIM': 'new', 'OLD-CLAIM': 'supercargo-hub', 'NEW-SIZE': '20Gi' },
  }),
  server('kubectl -n supercargo-system wait job/hub-copy --for=condition=complete --timeout=1h', {
    says: /condition met/,
  }),
  server('kubectl -n supercargo-system delete job hub-copy', { says: /deleted/ }),
  server('supercargo enable --all -A', { says: /enabled/ }),
  server('supercargo enable --all -A --kind clusterconnections', { says: /enabled/ }),
  server('helm upgrade … --set hub.persistence.existingClaim=NEW-CLAIM', {
    says: /has been upgraded/,
    fill: { '…': 'supercargo charts/supercargo -n supercargo-system --reset-then-reuse-values', 'NEW-CLAIM': 'new' },
  }),
  server('helm history supercargo -n supercargo-system', { says: /superseded[^]*deployed/ }),
  server('helm rollback supercargo REVISION -n supercargo-system', {
    says: /Rollback was a success/,
    fill: { REVISION: '1' },
  }),
  // SupercargoHubVolumeFills. The class of this world can as little as many another; the release stays failed.
  server(
    'helm upgrade RELEASE charts/supercargo -n NAMESPACE --reset-then-reuse-values --set hub.persistence.size=SIZE',
    {
      says: /only dynamically provisioned pvc can be resized/,
      fill: { RELEASE: 'supercargo', NAMESPACE: 'supercargo-system', SIZE: '20Gi' },
      code: 1,
    },
  ),
  server('kubectl -n acme label connection shop --overwrite supercargo.dev/installation=supercargo-system.new', {
    says: /labeled/,
  }),
  server(
    'kubectl label connections,stores,credentials -A --field-selector status.installation=OLD --overwrite supercargo.dev/installation=NEW',
    {
      says: /connection.supercargo.dev\/vendure labeled/,
      fill: { OLD: 'supercargo-system.supercargo', NEW: 'new.new' },
    },
  ),
  server(
    'kubectl label clusterconnections,drivers,licenses --field-selector status.installation=OLD --overwrite supercargo.dev/installation=NEW',
    { says: /driver.supercargo.dev\/vendure labeled/, fill: { OLD: 'supercargo-system.supercargo', NEW: 'new.new' } },
  ),
  server('kubectl annotate store main supercargo.dev/adopt=OLD-UID', {
    says: /annotated/,
    fill: { main: 'main -n acme' },
  }),
  server('kubectl annotate store main supercargo.dev/delete-in-use=true', {
    says: /annotated/,
    fill: { main: 'main -n acme' },
  }),
  server('kubectl -n NAMESPACE rollout restart deployment -l app.kubernetes.io/name=supercargo-sync', {
    says: /sync-vendure restarted/,
    fill: { NAMESPACE: 'acme' },
  }),
  server(`kubectl -n acme patch connection shop --type=json -p '[{"op":"remove","path":"/metadata/finalizers"}]'`, {
    says: /patched/,
  }),
  server(`kubectl patch connection NAME --type merge -p '{"metadata":{"finalizers":null}}'`, {
    says: /patched/,
    fill: { NAME: 'vendure -n acme' },
  }),
  server('kubectl delete connections,clusterconnections --all -A', { says: /"vendure" deleted/ }),
  server('helm uninstall supercargo -n supercargo-system --no-hooks', { says: /release "supercargo" uninstalled/ }),
  server('helm show crds charts/supercargo | kubectl apply --server-side -f -', {
    says: /connections.supercargo.dev serverside-applied/,
  }),
  server(`helm install ${RELEASE} --set crds.enabled=false`, { says: /STATUS: deployed/ }),
  server(`helm install ${RELEASE} --set 'watchNamespaces={acme,globex}'`, { says: /STATUS: deployed/ }),
  server(
    'helm install supercargo … --set podSecurityContext.runAsUser=null,podSecurityContext.runAsGroup=null,podSecurityContext.fsGroup=null',
    { says: /STATUS: deployed/, fill: { 'supercargo …': `${RELEASE}` } },
  ),
  server('helm show crds charts/supercargo | kubectl delete -f -', { says: /"connections.supercargo.dev" deleted/ }),
];
