import { runsIn, type PlanRow } from '../plan.ts';

const server = runsIn('api server', {
  fill: { 'RELEASE-NAMESPACE': 'supercargo-system', RELEASE: 'supercargo', NAMESPACE: 'acme', NAME: 'vendure' },
});
/** About operator and hub: the page's NAMESPACE is the release's. */
const release = runsIn('api server', { fill: { NAMESPACE: 'supercargo-system', RELEASE: 'supercargo' } });
const cluster = runsIn('cluster');
const parts = runsIn('cluster', { fill: { NAMESPACE: 'supercargo-system', RELEASE: 'supercargo' } });

/** docs/runbooks. */
export const RUNBOOKS: readonly PlanRow[] = [
  // README: asking the hub
  cluster('kubectl -n RELEASE-NAMESPACE port-forward service/RELEASE-hub 8080:8080 &', {
    stays: /Forwarding from/,
    alone: true,
  }),
  cluster("SECRET=$(kubectl -n NAMESPACE get store STORE -o jsonpath='{.status.developerKey.secretName}')"),
  cluster(`KEY=$(kubectl -n NAMESPACE get secret "$SECRET" -o jsonpath='{.data.apiKey}' | base64 -d)`),
  cluster('curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8080/api/v1/webhooks', { says: /"lastError"/ }),
  cluster(
    `curl -X POST -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{}' http://127.0.0.1:8080/api/v1/webhooks/ENDPOINT/replay`,
    { says: /"(?:matched|replayed|changed|queued)"/ },
  ),
  // README: whom the database waits for
  ...[
    runsIn('database')(
      `SELECT DISTINCT h.pid, h.usename, h.application_name, h.client_addr, h.state, now() - h.xact_start AS since, left(h.query, 80) AS query
FROM pg_stat_activity w CROSS JOIN unnest(pg_blocking_pids(w.pid)) b JOIN pg_stat_activity h ON h.pid = b
WHERE cardinality(pg_blocking_pids(h.pid)) = 0;`,
      { says: /LOCK TABLE/ },
    ),
    runsIn('database')('SELECT pg_terminate_backend(PID);', { says: /true/ }),
  ],

  // ConnectionNotReady, OrdersStale, WritesLate
  cluster('kubectl supercargo describe NAME -n NAMESPACE', { says: /Ready +True/ }),
  cluster('kubectl supercargo describe CONNECTION -n NAMESPACE', { says: /orderimport/ }),
  server('kubectl supercargo describe clusterconnection/NAME', {
    says: /ClusterConnection/,
    fill: { NAME: 'marketplace' },
  }),
  cluster('kubectl -n NAMESPACE logs deployment/sync-NAME', { says: /"level":/ }),
  cluster('kubectl supercargo test NAME -n NAMESPACE', { says: /shop/ }),
  cluster('kubectl supercargo sync CONNECTION -n NAMESPACE', { says: /shop/ }),
  // ClockSkew
  cluster('kubectl get pods -A -l app.kubernetes.io/name=supercargo-sync -o wide', { says: /sync-shop.*Running/ }),
  cluster(
    'kubectl get connections,clusterconnections -A -o custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name,SKEW:.status.clockSkewSeconds',
    { says: /Connection +\S+ +shop +<none>/ },
  ),
  runsIn('hub')('curl -sI URL | grep -i ^date; date -u', { says: /^date: .*GMT/im, fill: { URL: '"$HUB"' } }),
  // CredentialExpires
  server("kubectl -n NAMESPACE get connection NAME -o jsonpath='{.status.credentialExpiresAt}'"),
  server(
    `kubectl -n NAMESPACE get credential "$(kubectl -n NAMESPACE get connection NAME -o jsonpath='{.spec.credentialRef.name}')" -o jsonpath='{.spec.secretRef.name}'`,
    { says: /^vendure-key$/ },
  ),
  server(
    'kubectl -n NAMESPACE create secret generic SECRET --from-literal=KEY=NEW --dry-run=client -o yaml | kubectl apply -f -',
    { says: /secret\/vendure-key configured/, fill: { SECRET: 'vendure-key', KEY: 'apiKey', NEW: 'new' } },
  ),
  // FeedHeld, FeedStale
  cluster('kubectl -n NAMESPACE describe feed NAME', { says: /Synced/, fill: { NAME: 'orderimport' } }),
  server('kubectl -n NAMESPACE annotate feed NAME --overwrite supercargo.dev/release=DIGEST', {
    says: /annotated/,
    fill: { NAME: 'stock-export' },
  }),
  // LicenseEnds, LicenseMissing
  server('kubectl describe license NAME', { says: /Not After/, fill: { NAME: 'team' } }),
  server('kubectl -n NAMESPACE describe connection NAME', { says: /Licensed/ }),
  server('kubectl supercargo licenses -A', { says: /acme/ }),
  // OrdersRejected, WriteRefused, WebhookDead
  cluster('kubectl supercargo errors -n NAMESPACE', { says: /UnknownShippingMethod/ }),
  cluster('kubectl supercargo errors -n NAMESPACE --reason UnknownSku', { says: /no open problem has the reason/ }),
  cluster('kubectl supercargo errors -n NAMESPACE --reason REASON', { says: /NUMBER|RECORD/ }),
  cluster('kubectl -n NAMESPACE describe store NAME', { says: /Developer Key/, fill: { NAME: 'main' } }),
  cluster('kubectl supercargo replay -n NAMESPACE --reason REASON', { says: /had the reason/ }),
  cluster('kubectl supercargo dismiss -n NAMESPACE --reason REASON --record RECORD --note NOTE', {
    says: /1 were dismissed/,
  }),
  cluster('kubectl supercargo dismiss -n NAMESPACE --reason REASON --record NUMBER --note NOTE', { says: /reason/ }),
  cluster('kubectl supercargo replay -n NAMESPACE --reason Dismissed', { says: /had the reason Dismissed/ }),
  cluster('kubectl supercargo dismiss -n NAMESPACE --reason WebhookUndeliverable --note NOTE', {
    says: /nothing open has the reason/,
  }),
  // RolloutStopped
  server('kubectl get events -A --field-selector reason=RolloutStopped', { says: /No resources found|RolloutStopped/ }),
  cluster('kubectl supercargo disable NAME -n NAMESPACE', { says: /disabled/ }),
  // SuspendedLong
  cluster('kubectl supercargo enable NAME -n NAMESPACE', { says: /enabled/ }),
  cluster('kubectl supercargo resume NAME -n NAMESPACE', { says: /Feed/, fill: { NAME: 'orderimport' } }),
  // StoreThrottled, StoreWebhooksLost
  // Of a shop that declares no rule and asked nobody to wait there is none.
  cluster("kubectl -n NAMESPACE get connection NAME -o jsonpath='{.status.budget}'", { says: /^(?:\{.*\})?$/ }),
  cluster("kubectl -n NAMESPACE get connection NAME -o jsonpath='{.status.hooks}'", { says: /"state":/ }),
  runsIn('hub')('curl -i -X POST PUBLIC-URL/hooks/v1/1/x', { says: /404[^]*NotFound/ }),
  // SyncPodSilent
  cluster('kubectl -n NAMESPACE get pods -l supercargo.dev/connection=NAME', { says: /sync-shop.*Running/ }),
  cluster('kubectl -n NAMESPACE describe deployment sync-NAME', { says: /sync-shop/ }),
  // HubDown, HubErrors, HubDatabaseDown, HubDatabaseUnfit
  parts('kubectl -n NAMESPACE get pods -l app.kubernetes.io/component=hub', { says: /supercargo-hub.*Running/ }),
  parts('kubectl -n NAMESPACE get pvc', { says: /Bound/ }),
  parts('kubectl get storageclass', { says: /ALLOWVOLUMEEXPANSION/ }),
  parts('kubectl -n NAMESPACE describe deployment -l app.kubernetes.io/component=hub', { says: /supercargo-hub/ }),
  parts('kubectl -n NAMESPACE logs -l app.kubernetes.io/component=hub', { says: /"level":/ }),
  parts(`kubectl -n NAMESPACE logs -l app.kubernetes.io/component=hub --tail=-1 | grep '"level":"error"'`, {
    says: /^(?:.*"level":"error".*\n)*$/,
    code: [0, 1],
  }),
  parts(`kubectl -n NAMESPACE logs -l app.kubernetes.io/component=hub --tail=-1 | grep '"reason"'`, {
    says: /^(?:.*"reason".*\n)*$/,
    code: [0, 1],
  }),
  parts(
    `kubectl -n NAMESPACE exec POD -- /nodejs/bin/node -p 'const f = fs.statfsSync("/var/lib/supercargo"); Math.round((f.bavail * f.bsize) / 2 ** 20) + " MiB"'`,
    { says: /\d+ MiB/, fill: { POD: 'deployment/supercargo-hub' } },
  ),
  // OperatorDown, OperatorStalled, NoLeader, ReconcileFails, ConnectionsUnowned
  parts('kubectl -n NAMESPACE get pods -l app.kubernetes.io/component=operator', {
    says: /supercargo-operator.*Running/,
  }),
  parts('kubectl -n NAMESPACE describe deployment -l app.kubernetes.io/component=operator', {
    says: /supercargo-operator/,
  }),
  parts('kubectl -n NAMESPACE logs -l app.kubernetes.io/component=operator', { says: /"level":/ }),
  parts(`kubectl -n NAMESPACE logs -l app.kubernetes.io/component=operator --tail=-1 | grep '"level":"error"'`, {
    says: /^(?:.*"level":"error".*\n)*$/,
    code: [0, 1],
  }),
  parts(`kubectl -n NAMESPACE logs POD --tail=-1 | grep 'watch broke' | tail`, {
    says: /^$|watch broke|Found \d+ pods/,
    fill: { POD: 'deployment/supercargo-operator' },
  }),
  parts('kubectl -n NAMESPACE get lease supercargo-operator -o yaml', { says: /holderIdentity:/ }),
  cluster(`kubectl -n RELEASE-NAMESPACE logs -l app.kubernetes.io/component=operator --tail=-1 | grep 'seen once'`, {
    says: /supercargo-system\.supercargo/,
  }),
  server('kubectl get --raw /readyz', { says: /^ok$/ }),
  release('kubectl auth can-i watch feeds.supercargo.dev -A --as=system:serviceaccount:NAMESPACE:RELEASE-operator', {
    says: /^yes$/m,
  }),
  server('kubectl get connections,clusterconnections -A -L supercargo.dev/installation -o wide', {
    says: /INSTALLATION/,
  }),
  server(
    'kubectl -n NAMESPACE label connection NAME supercargo.dev/installation=RELEASE-NAMESPACE.RELEASE --overwrite',
    { says: /labeled/ },
  ),
  server('kubectl -n NAMESPACE label connection NAME supercargo.dev/installation-', { says: /unlabeled/ }),
  release('kubectl -n NAMESPACE rollout restart deployment -l app.kubernetes.io/component=hub', { says: /restarted/ }),
  release('kubectl -n NAMESPACE delete pod POD', {
    says: /deleted/,
    fill: { POD: '-l app.kubernetes.io/component=operator' },
  }),
  release('helm upgrade RELEASE charts/supercargo -n NAMESPACE --reset-then-reuse-values', {
    says: /has been upgraded/,
  }),
  server('helm rollback RELEASE -n RELEASE-NAMESPACE', { says: /Rollback was a success/ }),
];
