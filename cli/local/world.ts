import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Condition, Resource } from '../../crds/index.ts';
import type { Manifests, SecretManifest } from '../manifests.ts';
import type { Switch } from '../target.ts';
import { writeWhole } from './whole-file.ts';

type Status = Record<string, unknown> & { conditions?: Condition[] };
export type LocalResource = Resource<Record<string, unknown>, Status>;

export const resourceKey = (kind: string, namespace: string | undefined, name: string): string =>
  `${kind}/${namespace ?? ''}/${name}`;

interface Saved {
  readonly status: Record<string, Status>;
  readonly created: Record<string, string>;
  readonly annotations: Record<string, Record<string, string>>;
  readonly enabled: Record<string, boolean>;
  readonly suspend: Record<string, boolean>;
  /** What each writer last put into a status. */
  readonly owned: Record<string, Record<string, Owned>>;
}

interface Owned {
  readonly fields: readonly string[];
  readonly conditions: readonly string[];
}

type Listener = (changed: LocalResource | undefined) => void;

interface Places {
  readonly byKind: ReadonlyMap<string, readonly string[]>;
  readonly feeds: ReadonlyMap<string, readonly string[]>;
  /** By namespace/name of their feed. */
  readonly runs: ReadonlyMap<string, readonly string[]>;
}

/** Stands for the API server in `supercargo up`: resources from files, status and requests kept in one file. */
export class LocalWorld {
  readonly #file: string;
  readonly #now: () => Date;
  readonly #resources = new Map<string, LocalResource>();
  readonly #secrets = new Map<string, SecretManifest>();
  readonly #listeners = new Set<Listener>();
  /** Keys by kind, and those of a connection's feeds: made anew when a resource comes or goes. */
  #places: Places | undefined;
  #saved: Saved = { status: {}, created: {}, annotations: {}, enabled: {}, suspend: {}, owned: {} };
  #writing: Promise<void> = Promise.resolve();
  #unwritten = false;

  constructor(file: string, now: () => Date) {
    this.#file = file;
    this.#now = now;
  }

  /** What an earlier `up` in the same folder left behind. */
  async restore(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => undefined);
    if (text) this.#saved = { ...this.#saved, ...(JSON.parse(text) as Partial<Saved>) };
  }

  /** Puts the manifests in force, as `kubectl apply --prune` would. A changed spec is a new generation. */
  apply(manifests: Manifests): void {
    const seen = new Set<string>();
    for (const resource of manifests.resources as readonly LocalResource[]) {
      const key = resourceKey(resource.kind, resource.metadata.namespace, resource.metadata.name);
      seen.add(key);
      const old = this.#resources.get(key);
      const spec = { ...resource.spec, ...this.#switches(key) };
      const generation =
        old && JSON.stringify(old.spec) === JSON.stringify(spec)
          ? old.metadata.generation
          : (old?.metadata.generation ?? 0) + 1;
      this.#saved.created[key] ??= this.#now().toISOString();
      this.#resources.set(key, {
        ...resource,
        spec,
        status: this.#saved.status[key],
        metadata: {
          ...resource.metadata,
          uid: `local-${key}`,
          generation,
          creationTimestamp: this.#saved.created[key],
          annotations: { ...resource.metadata.annotations, ...this.#saved.annotations[key] },
        },
      });
    }
    for (const [key, resource] of this.#resources) {
      if (seen.has(key)) continue;
      if (holdsStore(resource))
        this.#resources.set(key, {
          ...resource,
          metadata: { ...resource.metadata, deletionTimestamp: this.#now().toISOString() },
        });
      else this.#resources.delete(key);
    }
    this.#places = undefined;
    this.#secrets.clear();
    for (const secret of manifests.secrets) this.#secrets.set(`${secret.namespace}/${secret.name}`, secret);
    this.#changed();
  }

  list(kind?: string): LocalResource[] {
    if (kind === undefined) return [...this.#resources.values()];
    return this.#at(this.#placed().byKind.get(kind));
  }

  /** Feeds that name a connection; `connection` is its `connectionPlace`. */
  feedsOf(connection: string): LocalResource[] {
    return this.#at(this.#placed().feeds.get(connection));
  }

  /** FeedRuns of these feeds. */
  runsOf(feeds: readonly LocalResource[]): LocalResource[] {
    const { runs } = this.#placed();
    return feeds.flatMap(({ metadata }) => this.#at(runs.get(`${metadata.namespace ?? ''}/${metadata.name}`)));
  }

  #at(keys: readonly string[] = []): LocalResource[] {
    return keys.map((key) => this.#resources.get(key)!);
  }

  #placed(): Places {
    if (this.#places) return this.#places;
    const all = [...this.#resources];
    const keysBy = (of: (resource: LocalResource) => string | undefined) =>
      new Map(
        [...Map.groupBy(all, ([, resource]) => of(resource))].map(([at, found]) => [at, found.map(([key]) => key)]),
      ) as ReadonlyMap<string, readonly string[]>;
    this.#places = {
      byKind: keysBy(({ kind }) => kind),
      feeds: keysBy((resource) => (resource.kind === 'Feed' ? connectionKeyOf(resource) : undefined)),
      runs: keysBy(({ kind, metadata, spec }) =>
        kind === 'FeedRun' ? `${metadata.namespace ?? ''}/${(spec['feedRef'] as { name: string }).name}` : undefined,
      ),
    };
    return this.#places;
  }

  get(kind: string, namespace: string | undefined, name: string): LocalResource | undefined {
    return this.#resources.get(resourceKey(kind, namespace, name));
  }

  secret(namespace: string, name: string): Readonly<Record<string, string>> {
    return this.#secrets.get(`${namespace}/${name}`)?.data ?? {};
  }

  /** All that one writer owns of a status, as by server-side apply: what it leaves out is given up, others' stays. */
  patchStatus(kind: string, namespace: string | undefined, name: string, patch: Status, writer = 'sync'): void {
    this.#change(kind, namespace, name, (resource, key) => {
      const { conditions = [], ...fields } = patch;
      const writers = (this.#saved.owned[key] ??= {});
      const before = writers[writer] ?? { fields: [], conditions: [] };
      writers[writer] = { fields: Object.keys(fields), conditions: conditions.map(({ type }) => type) };
      const replaced = new Set([...before.conditions, ...writers[writer].conditions]);
      const keptFields = Object.entries(resource.status ?? {}).filter(([field]) => !before.fields.includes(field));
      const keptConditions = (resource.status?.conditions ?? []).filter(({ type }) => !replaced.has(type));
      const status: Status = {
        ...Object.fromEntries(keptFields),
        ...fields,
        conditions: [...keptConditions, ...conditions],
      };
      this.#saved.status[key] = status;
      return { ...resource, status };
    });
  }

  annotate(kind: string, namespace: string | undefined, name: string, annotations: Record<string, string>): boolean {
    return this.#change(kind, namespace, name, (resource, key) => {
      this.#saved.annotations[key] = { ...this.#saved.annotations[key], ...annotations };
      return {
        ...resource,
        metadata: { ...resource.metadata, annotations: { ...resource.metadata.annotations, ...annotations } },
      };
    });
  }

  /** A switch that a command turned goes before what the manifest says, also after a new start. */
  setSwitch(kind: string, namespace: string | undefined, name: string, field: Switch, value: boolean): boolean {
    return this.#change(kind, namespace, name, (resource, key) => {
      this.#saved[field][key] = value;
      return {
        ...resource,
        spec: { ...resource.spec, [field]: value },
        metadata: { ...resource.metadata, generation: (resource.metadata.generation ?? 0) + 1 },
      };
    });
  }

  #switches(key: string): Partial<Record<Switch, boolean>> {
    const { enabled, suspend } = this.#saved;
    return {
      ...(enabled[key] === undefined ? {} : { enabled: enabled[key] }),
      ...(suspend[key] === undefined ? {} : { suspend: suspend[key] }),
    };
  }

  /** A connection that was taken out and has given back what it held at the store is gone for good. */
  release(kind: string, namespace: string | undefined, name: string): void {
    const key = resourceKey(kind, namespace, name);
    this.#resources.delete(key);
    this.#places = undefined;
    delete this.#saved.status[key];
    this.#changed();
  }

  /** The listener is told which resource changed; undefined: many may have. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All that was changed is on disk. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  #change(
    kind: string,
    namespace: string | undefined,
    name: string,
    edit: (resource: LocalResource, key: string) => LocalResource,
  ): boolean {
    const key = resourceKey(kind, namespace, name);
    const resource = this.#resources.get(key);
    if (!resource) return false;
    const edited = edit(resource, key);
    this.#resources.set(key, edited);
    this.#changed(edited);
    return true;
  }

  /** Writes after one another, each by rename: a kill leaves the old file or the new one. What came since is in one. */
  #changed(resource?: LocalResource): void {
    if (!this.#unwritten) {
      this.#unwritten = true;
      this.#writing = this.#writing
        .then(async () => {
          this.#unwritten = false;
          await mkdir(dirname(this.#file), { recursive: true });
          await writeWhole(this.#file, JSON.stringify(this.#saved));
        })
        .catch(() => undefined);
    }
    for (const listener of this.#listeners) listener(resource);
  }
}

/** The resource key of the connection that a Feed names. */
function connectionKeyOf({ metadata, spec }: LocalResource): string | undefined {
  const reference = spec['connectionRef'] as { kind?: string; name: string } | undefined;
  return reference && connectionPlace(reference.kind ?? 'Connection', metadata.namespace, reference.name);
}

/** Under what the feeds of a connection are found: those of a ClusterConnection are in the namespace that it names. */
export const connectionPlace = (kind: string, namespace: string | undefined, name: string): string =>
  `${kind}/${namespace ?? ''}/${name}`;

/** What a finalizer is on a cluster: webhooks registered at the store must be taken back first. */
function holdsStore({ status }: LocalResource): boolean {
  return (status?.['hooks'] as { state?: string } | undefined)?.state === 'Active';
}
