import { runsIn, type PlanRow } from '../plan.ts';

const PAGE = 'docs/first-connection.md';
const up = runsIn('up', { page: PAGE });
const server = runsIn('api server');
const cluster = runsIn('cluster');
/** The page's connection, as it is called on the cluster of the tests. */
const shop = { fill: { vendure: 'shop' } };

/** docs/first-connection.md. */
export const FIRST_CONNECTION: readonly PlanRow[] = [
  up('mkdir -p my-shop && cp examples/quickstart/*.yaml my-shop'),
  up(`cat > my-shop/secret.yaml <<EOS
apiVersion: v1
kind: Secret
metadata: { name: vendure-key }
stringData: { apiKey: YOUR-KEY }
EOS`),
  up('./supercargo validate -f my-shop', { says: /12 valid, 0 not/ }),
  up('./supercargo up -f my-shop', {
    stays: /Connection\/vendure: ready/,
    fill: { 'up -f my-shop': 'up -f my-shop --hub-port 0' },
  }),
  up('./supercargo get feeds', { says: /orders +.*OrderImport/ }),
  up('./supercargo describe vendure', { says: /Connection: +default\/vendure[^]*Ready +True/ }),
  up('./supercargo order NUMBER', { says: /placed/ }),
  up('./supercargo run orders', { says: /orders/ }),
  up('./supercargo test vendure', { says: /vendure/ }),
  up('curl -H "Authorization: Bearer $(cat .supercargo/keys/default.main)" http://127.0.0.1:8080/api/v1/stock', {
    says: /"location":/,
  }),
  up('./supercargo go-live vendure --dry-run', { says: /Connection default\/vendure from Test mode to live/ }),

  server("kubectl get driver vendure -o jsonpath='{.spec.credentialSchema}'", { says: /"apiKey"/ }),
  server('kubectl -n acme describe connection vendure', { says: /Accepted[^]*Deployed/, page: PAGE }),

  cluster('kubectl -n supercargo-system port-forward service/supercargo-hub 8080:8080 &', { stays: /Forwarding from/ }),
  cluster("SECRET=$(kubectl -n acme get store main -o jsonpath='{.status.developerKey.secretName}')"),
  cluster(`KEY=$(kubectl -n acme get secret "$SECRET" -o jsonpath='{.data.apiKey}' | base64 -d)`),
  cluster('curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8080/api/v1/orders', { says: /"items":\[\{/ }),
  cluster('./supercargo order NUMBER -n acme', { says: /placed/ }),
  cluster('./supercargo errors -n acme', { says: /no open problems/ }),
  cluster('./supercargo diff -n acme', { says: /acme\/shop|shop/ }),
  cluster('./supercargo go-live vendure -n acme --dry-run', { says: /nothing is in the way/, ...shop, page: PAGE }),
  cluster('./supercargo go-live vendure -n acme --wait', { answer: 'yes', says: /runs live/, ...shop, page: PAGE }),
];
