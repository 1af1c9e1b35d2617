import { leftOut, runsIn, type PlanRow } from '../plan.ts';

interface DriverPage {
  /** The folder of examples/ that it begins with, and the connection in it; the driver's name if absent. */
  readonly example?: string;
  readonly connection?: string;
  /** How the page has it shown what the driver cannot do. */
  readonly lists?: string;
  /** The page's command that makes the Secret. */
  readonly secret: string;
}

/** What each driver's page leads through: key, Test mode without a cluster, the look before going live. */
function driverPage(driver: string, { example = driver, connection = driver, lists, secret }: DriverPage): PlanRow[] {
  const page = `docs/drivers/${driver}.md`;
  const up = runsIn('up', { page });
  const server = runsIn('api server', { page });
  const cluster = runsIn('cluster');
  const here = runsIn('folder');
  return [
    up(`mkdir -p my-shop && cp examples/${example}/*.yaml my-shop`),
    up('./supercargo validate -f my-shop', { says: /\d valid, 0 not/ }),
    up('./supercargo up -f my-shop', {
      stays: new RegExp(`Connection/${connection}: ready`),
      fill: { 'up -f my-shop': 'up -f my-shop --hub-port 0' },
    }),
    up(`./supercargo describe ${connection}`, { says: /Ready +True/ }),
    up(`./supercargo diff ${connection}`, { says: new RegExp(connection) }),
    up(`./supercargo go-live ${connection} --dry-run`, { says: /from Test mode to live/ }),
    server(secret, { says: /secret\/.* created/, fill: { 'vendure-key': 'vendure-key-of-the-page' } }),
    server('kubectl -n acme apply -f my-shop', {
      says: new RegExp(`connection.supercargo.dev/${connection} (?:created|configured|unchanged)`),
      fill: { '-f my-shop': `-f examples/${example}` },
    }),
    server(`kubectl -n acme describe connection ${connection}`, { says: /Accepted/ }),
    // On the cluster of the tests the connection is live by then.
    cluster(`./supercargo go-live ${connection} -n acme --wait`, {
      ...{ page, says: /runs live/, fill: { [connection]: 'shop' } },
    }),
    ...(lists === undefined ? [] : [here(lists, { says: /OrderImport/ })]),
  ];
}

const key = (name: string, ...keys: string[]): string =>
  `kubectl -n acme create secret generic ${name} ${keys.map((each) => `--from-literal=${each}`).join(' ')}`;

/** docs/drivers. */
export const DRIVERS: readonly PlanRow[] = [
  ...driverPage('generic', { connection: 'shop', secret: key('shop-key', 'apiKey=...') }),
  runsIn('up', { page: 'docs/drivers/generic.md' })('./supercargo errors', { says: /no open problems/ }),
  ...driverPage('magento2', {
    lists: 'supercargo drivers magento2',
    secret: key(
      'magento2-integration',
      ...['consumerKey=...', 'consumerSecret=...', 'accessToken=...', 'accessTokenSecret=...'],
    ),
  }),
  ...leftOut('shop server', 'bin/magento config:set oauth/consumer/enable_integration_as_bearer 1'),
  ...driverPage('medusa', { lists: './supercargo drivers medusa', secret: key('medusa-key', 'apiKey=sk_...') }),
  ...driverPage('prestashop', { lists: './supercargo drivers prestashop', secret: key('prestashop-key', 'key=...') }),
  ...driverPage('shopify', { secret: key('shopify-key', 'clientId=...', 'clientSecret=...') }),
  ...driverPage('vendure', {
    lists: './supercargo drivers vendure',
    example: 'quickstart',
    secret: key('vendure-key', 'apiKey=...'),
  }),
  ...driverPage('woocommerce', {
    lists: 'supercargo drivers woocommerce',
    secret: key('woocommerce-key', 'consumerKey=ck_...', 'consumerSecret=cs_...'),
  }),
];
