import { run, tryRun, type RunResult } from '../cluster/exec.ts';
import type { Cluster } from '../cluster/index.ts';
import type { Viewed } from '../../cli/status-view.ts';

/** kubectl as the cluster's administrator, as a user would type it. */
export class Kubectl {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  run(...args: string[]): Promise<string> {
    return run('kubectl', args, { env: this.#cluster.adminEnv, timeout: 120_000 });
  }

  /** The same, whatever it ends with. */
  try(...args: string[]): Promise<RunResult> {
    return tryRun('kubectl', args, { env: this.#cluster.adminEnv, timeout: 120_000 });
  }

  /** `kubectl apply` of objects or YAML text. */
  apply(manifests: string | readonly object[], namespace?: string): Promise<string> {
    const input =
      typeof manifests === 'string' ? manifests : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
    return run('kubectl', ['apply', '--filename', '-', ...(namespace ? ['--namespace', namespace] : [])], {
      env: this.#cluster.adminEnv,
      input,
      timeout: 120_000,
    });
  }

  async get<T = Viewed>(kind: string, name: string, namespace?: string): Promise<T | undefined> {
    const text = await this.run(
      'get',
      kind,
      name,
      '--ignore-not-found',
      '--output',
      'json',
      ...(namespace ? ['--namespace', namespace] : []),
    );
    return text.trim() === '' ? undefined : (JSON.parse(text) as T);
  }

  async list<T = Viewed>(kind: string, namespace?: string): Promise<T[]> {
    const text = await this.run(
      'get',
      kind,
      '--output',
      'json',
      ...(namespace ? ['--namespace', namespace] : ['--all-namespaces']),
    );
    return (JSON.parse(text) as { items: T[] }).items;
  }

  /** The condition of a resource, as "True (Reason): message". */
  async condition(kind: string, name: string, namespace: string | undefined, type: string): Promise<string> {
    const found = (await this.get(kind, name, namespace))?.status?.conditions?.find(
      (condition) => condition.type === type,
    );
    return found ? `${found.status} (${found.reason}): ${found.message}` : 'absent';
  }
}
