import { once } from 'node:events';
import { stringify } from 'yaml';
import { API_VERSION } from '../../crds/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { FAULTS, isFault, type FaultName } from '../../simulator/faults.ts';
import { sendHook, serveStore, BASE_PATH } from '../../simulator/server.ts';
import { SimulatedStore } from '../../simulator/store.ts';

/** Of a store that nobody can buy from: no secret. */
const API_KEY = 'simulated-store-key';
const HOST = '127.0.0.1';
const FEEDS = { 'data-model': 'DataModelSync', products: 'ProductImport', 'product-updates': 'ProductUpdate', stock: 'StockImport', orders: 'OrderImport', 'stock-export': 'StockExport', shipments: 'ShipmentExport' } as const;

export interface SimulateCommand {
  readonly port: number;
  readonly seed: number;
  readonly products: number;
  readonly orders: number;
  readonly fault: string;
  readonly rate: number;
  readonly printManifests?: boolean;
}

/** `supercargo simulate`: a store to try things on, until Ctrl-C. */
export async function runSimulate(command: SimulateCommand, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  if (command.printManifests) return say(manifests(`http://${HOST}:${command.port}${BASE_PATH}`));
  const { seed, products, orders } = command;
  const store = new SimulatedStore({ clock: systemClock, seed, products, orders, faults: faultsOf(command.fault), apiKey: API_KEY, sendHook: (delivery) => void sendHook(delivery) });
  const server = await serveStore(store, { host: HOST, port: command.port, clock: systemClock });
  say(`store: ${server.url}  (${products} products, ${orders} orders, seed ${seed}${command.fault ? `, faults: ${command.fault}` : ''})`);
  say('in another terminal: supercargo up -f examples/simulate --public-url local');
  const life = command.rate > 0 ? setInterval(() => store.live(), 60_000 / command.rate) : undefined;
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(life);
  await server.close();
}

function faultsOf(text: string): FaultName[] {
  const names = text.split(',').map((name) => name.trim()).filter((name) => name !== '');
  const unknown = names.filter((name) => !isFault(name));
  if (unknown.length > 0) throw new Error(`unknown fault ${unknown.join(', ')}: choose from ${FAULTS.join(', ')}`);
  return names.filter(isFault);
}

/** The manifests of examples/simulate, for the port that was asked for. */
export function manifests(url: string): string {
  const resource = (kind: string, name: string, spec: unknown) => ({ apiVersion: API_VERSION, kind, metadata: { name }, spec });
  const feeds = Object.entries(FEEDS).map(([name, type]) => resource('Feed', `simulated-${name}`, { connectionRef: { name: 'simulated' }, type }));
  const all = [
    resource('Store', 'simulated', { title: 'Simulated shop', warehouses: [{ name: 'berlin', location: 'main' }] }),
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'simulated-key' }, stringData: { apiKey: API_KEY } },
    resource('Credential', 'simulated', { driver: 'generic', secretRef: { name: 'simulated-key' } }),
    resource('Connection', 'simulated', {
      storeRef: { name: 'simulated' }, driver: 'generic', credentialRef: { name: 'simulated' }, settings: { url }, mode: 'Production', earliestOrderDate: '2026-01-01T00:00:00Z',
    }),
    ...feeds,
  ];
  return all.map((each) => stringify(each)).join('---\n').trimEnd();
}
