import { systemClock } from '../../kit/clock.ts';
import { serveStore } from '../../simulator/server.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import { wires } from '../../simulator/wires/index.ts';
import type { E2e } from './context.ts';

const PRODUCTS = 5;
const ORDERS = 3;

/** A simulated shop of one platform on this machine, under a name that pods of the cluster know. */
export interface Platform {
  readonly store: SimulatedShop;
  /** What a connection to it has as settings, and its Credential's Secret as keys. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secret: Readonly<Record<string, string>>;
  readonly url: string;
  close(): Promise<void>;
}

export interface PlatformOptions {
  readonly driver: string;
  /** Of the Service in namespace `default`; the shop's own id, too, for two connections of one shop are refused. */
  readonly name: string;
}

export async function startPlatform(e2e: E2e, options: PlatformOptions): Promise<Platform> {
  const { name } = options;
  const wire = wires().get(options.driver)!;
  const apiKey = `e2e-${options.driver}-key`;
  const shop = { clock: systemClock, wire, apiKey, shopId: name, products: PRODUCTS, orders: ORDERS };
  const store = new SimulatedShop(shop);
  const server = await serveStore(store, { host: '0.0.0.0', port: 0, clock: systemClock });
  const url = server.url.replace('0.0.0.0', `${name}.default.svc`);
  await e2e.kubectl.apply(named(name, e2e.cluster.hostAddress), 'default');
  return {
    ...{ store, url, settings: { ...wire.subject.settings(url) }, secret: wire.subject.credential(apiKey) },
    async close() {
      await server.close();
      await e2e.kubectl.run('delete', 'service', name, '--namespace', 'default', '--ignore-not-found');
    },
  };
}

/** A name of the cluster for an address: drivers send a key over plain http to names inside it alone. */
function named(name: string, address: string): object[] {
  const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { clusterIP: 'None' } },
    {
      ...slice,
      metadata: { name, labels: { 'kubernetes.io/service-name': name } },
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [],
    },
  ];
}
