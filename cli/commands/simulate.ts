import { once } from 'node:events';
import { stringify } from 'yaml';
import { API_VERSION } from '../../crds/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { listenFault } from '../../kit/net/listen-fault.ts';
import { FAULTS, isFault, type FaultName } from '../../simulator/faults.ts';
import { sendHook, serveStore } from '../../simulator/server.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import type { Wire } from '../../simulator/desk/wire.ts';
import { wires } from '../../simulator/wires/index.ts';

/** Of a store that nobody can buy from: no secret. */
const API_KEY = 'simulated-store-key';
/** Of the platforms that know OAuth clients. */
const CLIENT = { id: 'client', secret: 'client-secret' };
const HOST = '127.0.0.1';
/** The port of examples/simulate. */
const DEFAULT_PORT = '3900';
/** The seed where none is asked for. */
const DEFAULT_SEED = 1;
const FEEDS = {
  'data-model': 'DataModelSync',
  products: 'ProductImport',
  'product-updates': 'ProductUpdate',
  stock: 'StockImport',
  orders: 'OrderImport',
  'stock-export': 'StockExport',
  shipments: 'ShipmentExport',
} as const;

export interface SimulateCommand {
  /** The platform that it speaks like; `generic` if absent. */
  readonly name?: string;
  readonly port: number;
  readonly seed: number;
  readonly products: number;
  readonly orders: number;
  readonly fault: string;
  readonly rate: number;
  readonly printManifests?: boolean;
}

/** `supercargo simulate`: a store to try things on, until Ctrl-C. */
export async function runSimulate(
  command: SimulateCommand,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const wire = wireOf(command.name ?? 'generic');
  if (command.printManifests) return say(manifests(wire, `http://${HOST}:${command.port}${wire.basePath}`));
  const { seed, products, orders } = command;
  const store = new SimulatedShop({
    wire,
    clock: systemClock,
    seed,
    shopId: shopIdOf(seed),
    products,
    orders,
    faults: faultsOf(command.fault),
    apiKey: API_KEY,
    client: CLIENT,
    sendHook: (delivery) => void sendHook(delivery),
  });
  const where = { host: HOST, port: command.port, clock: systemClock };
  const server = await serveStore(store, where).catch((error: unknown) => {
    throw listenFault(error, '--port');
  });
  say(
    `store: ${server.url}  (${products} products, ${orders} orders, seed ${seed}${command.fault ? `, faults: ${command.fault}` : ''})`,
  );
  for (const line of nextSteps(wire, server.url)) say(line);
  const life = command.rate > 0 ? setInterval(() => store.live(), 60_000 / command.rate) : undefined;
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(life);
  await server.close();
}

/** Of each seed another shop: two connections of one namespace to one shop would be refused. */
function shopIdOf(seed: number): string {
  return seed === DEFAULT_SEED ? 'simulated' : `simulated-${seed}`;
}

function wireOf(name: string): Wire {
  const all = wires();
  const wire = all.get(name);
  if (!wire) throw new Error(`there is no simulated ${name}: choose from ${[...all.keys()].join(', ')}`);
  return wire;
}

function faultsOf(text: string): FaultName[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.filter((name) => !isFault(name));
  if (unknown.length > 0) throw new Error(`unknown fault ${unknown.join(', ')}: choose from ${FAULTS.join(', ')}`);
  return names.filter(isFault);
}

/** What to do in another terminal, for this platform and this port, and what manifests of one's own must say. */
export function nextSteps(wire: Wire, url: string): string[] {
  const port = new URL(url).port;
  const manifest = [wire.name, '--print-manifests', ...(port === DEFAULT_PORT ? [] : ['--port', port])].join(' ');
  return [
    wire.name === 'generic' && port === DEFAULT_PORT
      ? 'in another terminal: supercargo up -f examples/simulate --public-url local'
      : `in another terminal: supercargo simulate ${manifest} > shop.yaml, then supercargo up -f shop.yaml --public-url local`,
    `in manifests of your own: settings ${JSON.stringify(wire.subject.settings(url))}, keys of the Secret ${JSON.stringify(wire.subject.credential(API_KEY))}`,
  ];
}

/** The manifests of examples/simulate, for the platform and the port that were asked for. */
export function manifests(wire: Wire, url: string): string {
  const resource = (kind: string, name: string, spec: unknown) => ({
    apiVersion: API_VERSION,
    kind,
    metadata: { name },
    spec,
  });
  const feeds = Object.entries(FEEDS).map(([name, type]) =>
    resource('Feed', `simulated-${name}`, { connectionRef: { name: 'simulated' }, type }),
  );
  const all = [
    resource('Store', 'simulated', { title: 'Simulated shop', warehouses: [{ name: 'berlin', location: 'main' }] }),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'simulated-key' },
      stringData: wire.subject.credential(API_KEY),
    },
    resource('Credential', 'simulated', { driver: wire.name, secretRef: { name: 'simulated-key' } }),
    resource('Connection', 'simulated', {
      storeRef: { name: 'simulated' },
      driver: wire.name,
      credentialRef: { name: 'simulated' },
      settings: wire.subject.settings(url),
      mode: 'Production',
      earliestOrderDate: '2026-01-01T00:00:00Z',
    }),
    ...feeds,
  ];
  return all
    .map((each) => stringify(each))
    .join('---\n')
    .trimEnd();
}
