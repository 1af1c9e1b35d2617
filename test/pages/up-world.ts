import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { manifests } from '../../cli/commands/simulate.ts';
import { systemClock } from '../../kit/clock.ts';
import { serveStore, type StoreServer } from '../../simulator/server.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import { wires } from '../../simulator/wires/index.ts';
import { editedExample } from '../e2e/argocd/example.ts';
import { freePort } from '../support/free-port.ts';
import { ROOT } from './pages.ts';
import type { Run } from './plan.ts';
import { Shell } from './shell.ts';

const API_KEY = 'a-key-of-the-pages';
const CLIENT = { id: 'a-client-of-the-pages', secret: 'its-secret' };

/** A shop for a page, a reader who follows it, and what the page tells them to write into files. */
export class UpWorld {
  readonly shell: Shell;
  readonly #page: string;
  readonly #shop: SimulatedShop;
  readonly #server: StoreServer;

  private constructor(page: string, shell: Shell, shop: SimulatedShop, server: StoreServer) {
    this.#page = page;
    this.shell = shell;
    this.#shop = shop;
    this.#server = server;
  }

  static async start(page: string): Promise<UpWorld> {
    const wire = wires().get(platformOf(page))!;
    const numbers = { products: 5, orders: 3 };
    const shop = new SimulatedShop({ clock: systemClock, wire, apiKey: API_KEY, client: CLIENT, ...numbers });
    const server = await serveStore(shop, { host: '127.0.0.1', port: 0, clock: systemClock });
    const shell = await Shell.open({
      fill: { NUMBER: shop.truth.orders()[0]!.number, 'YOUR-KEY': wire.subject.credential(API_KEY)['apiKey'] ?? '' },
    });
    const world = new UpWorld(page, shell, shop, server);
    if (page === 'docs/operating.md') await world.#runAlready();
    if (page === 'docs/simulator.md') await world.#movePorts();
    return world;
  }

  /** What a reader does between two commands. */
  async after({ text }: Run): Promise<void> {
    if (text.startsWith('mkdir')) await this.#editExample(/examples\/([^/]+)/.exec(text)![1]!);
    if (text.endsWith(' up -f my-shop')) await this.#findHub();
    // "Copy the folder keys/ of the old state folder into the new one before the last step."
    if (text.includes('--state new-folder') && text.includes('restore'))
      await cp(this.#at('.supercargo', 'keys'), this.#at('new-folder', 'keys'), { recursive: true });
  }

  async close(): Promise<void> {
    await this.shell.close();
    await this.#server.close();
  }

  #at(...path: string[]): string {
    return join(this.shell.folder, ...path);
  }

  /** The address of the shop, and the Secret where the page shows one. */
  async #editExample(example: string): Promise<void> {
    const { subject } = this.#shop.wire;
    const edited = await editedExample(example, subject.settings(this.#server.url));
    await writeFile(this.#at('my-shop', 'connection.yaml'), edited);
    const shown = secretOf(await readFile(join(ROOT, this.#page), 'utf8'));
    if (!shown) return;
    const known = { ...subject.credential(API_KEY), clientId: CLIENT.id, clientSecret: CLIENT.secret };
    const stringData = Object.fromEntries(
      Object.keys(shown.stringData).map((key) => [key, (known as Record<string, string>)[key]]),
    );
    await writeFile(this.#at('my-shop', 'secret.yaml'), stringify({ ...shown, stringData }));
  }

  async #findHub(): Promise<void> {
    const { hubUrl } = JSON.parse(await readFile(this.#at('.supercargo', 'up.json'), 'utf8')) as { hubUrl: string };
    this.shell.fill['http://127.0.0.1:8080'] = hubUrl;
  }

  /** Who asks for a backup has a shop that runs. */
  async #runAlready(): Promise<void> {
    await mkdir(this.#at('shop'));
    const own = manifests(this.#shop.wire, this.#server.url).replaceAll('simulated-store-key', API_KEY);
    await writeFile(this.#at('shop', 'all.yaml'), own);
    const text = 'supercargo up -f shop/ --hub-port 0';
    await this.shell.run({ text, world: 'up', stays: /Connection\/simulated: ready/ });
  }

  /** Another program of this machine may have the ports that the simulated shop has by itself. */
  async #movePorts(): Promise<void> {
    const port = String(await freePort());
    Object.assign(this.shell.fill, { 'GENERIC-PORT': port, 'SHOPIFY-PORT': String(await freePort()) });
    const example = await readFile(join(ROOT, 'examples', 'simulate', 'simulate.yaml'), 'utf8');
    await mkdir(this.#at('my-simulate'));
    await writeFile(this.#at('my-simulate', 'simulate.yaml'), example.replace(':3900/', `:${port}/`));
  }
}

/** Of the page about a driver its platform; the first connection is made to Vendure. */
function platformOf(page: string): string {
  if (page === 'docs/first-connection.md') return 'vendure';
  return /docs\/drivers\/(\w+)\.md/.exec(page)?.[1] ?? 'generic';
}

interface ShownSecret {
  readonly stringData: Readonly<Record<string, unknown>>;
}

/** The file `my-shop/secret.yaml`, as the page shows it. */
function secretOf(page: string): ShownSecret | undefined {
  const block = /^( *)# my-shop\/secret\.yaml\n([^]*?)\n(?:\n|$)/m.exec(page)?.[2];
  return block === undefined ? undefined : (parse(block) as ShownSecret);
}
