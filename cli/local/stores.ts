import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoreSpec } from '../../crds/index.ts';
import type { Hub } from '../../hub/hub.ts';
import { keyStoreOf } from '../../hub/stores/rules.ts';
import type { LocalWorld } from './world.ts';
import { writeWhole } from './whole-file.ts';

/** Keeps the hub's Stores as the manifests have them, while `up` runs. */
export class LocalStores {
  readonly #hub: Pick<Hub, 'putStore' | 'forgetStore'>;
  readonly #stateDir: string;
  readonly #keys: Map<string, string>;
  /** As the hub has them, by namespace/name. */
  readonly #known = new Map<string, string>();
  #started = false;

  /** `keys` is kept up: namespace/name -> developer API key. */
  constructor(hub: Pick<Hub, 'putStore' | 'forgetStore'>, stateDir: string, keys: Map<string, string>) {
    this.#hub = hub;
    this.#stateDir = stateDir;
    this.#keys = keys;
  }

  /** Takes what was added, changed or removed. Returns what people should read of it; of the first time nothing. */
  async follow(world: Pick<LocalWorld, 'list'>): Promise<string[]> {
    const lines: string[] = [];
    const there = new Set<string>();
    for (const { metadata, spec } of world.list('Store')) {
      const { namespace, name } = metadata as { namespace: string; name: string };
      const id = `${namespace}/${name}`;
      there.add(id);
      const as = JSON.stringify(spec);
      if (this.#known.get(id) === as) continue;
      const file = join(this.#stateDir, 'keys', `${namespace}.${name}`);
      const shared = keyStoreOf(namespace, spec);
      const key = shared === undefined ? await developerKey(file) : undefined;
      const keyHash = key && createHash('sha256').update(key).digest('hex');
      await this.#hub.putStore({ namespace, name, uid: metadata.uid, spec, keyHash });
      if (key === undefined) this.#keys.delete(id);
      else this.#keys.set(id, key);
      lines.push(
        this.#known.has(id)
          ? `Store ${id}: its change is in force${webhooksOf(spec)}`
          : `Store ${id} was added; ${shared === undefined ? `its developer API key: in ${file}` : `the key of Store ${shared} opens it`}${webhooksOf(spec)}`,
      );
      this.#known.set(id, as);
    }
    for (const id of [...this.#known.keys()].filter((known) => !there.has(known))) {
      const [namespace, name] = id.split('/') as [string, string];
      await this.#hub.forgetStore(namespace, name);
      this.#known.delete(id);
      this.#keys.delete(id);
      lines.push(`Store ${id} was taken out: its developer API key is not accepted any more, its data stays`);
    }
    const first = !this.#started;
    this.#started = true;
    return first ? [] : lines;
  }
}

function webhooksOf({ orderWebhooks }: StoreSpec): string {
  if (!orderWebhooks || orderWebhooks.length === 0) return '; it has no order webhooks';
  return `; order webhooks: ${orderWebhooks.map(({ name, url }) => `${name} (${url})`).join(', ')}`;
}

/** Made at first start; readable by its owner alone. */
async function developerKey(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known) return known.trim();
  const key = `sck_${randomBytes(24).toString('base64url')}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeWhole(file, key + '\n');
  return key;
}
