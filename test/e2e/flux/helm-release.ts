import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments, type Document } from 'yaml';
import type { Viewed } from '../../../cli/status-view.ts';
import type { Kubectl } from '../../cluster-demo/kubectl.ts';
import { waitFor } from '../../demo/steps.ts';
import { FLUX_NAMESPACE } from './server.ts';

const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'gitops.md');
const KIND = 'helmreleases.helm.toolkit.fluxcd.io';

/** Fields by their path, as a person would change them in the page's example. */
export type Edits = Readonly<Record<string, unknown>>;

/** The OCIRepository and the HelmRelease of docs/gitops.md, with these changes. */
export async function releaseOfThePage(edits: { readonly source: Edits; readonly release: Edits }): Promise<string> {
  const page = await readFile(PAGE, 'utf8');
  const text = [...page.matchAll(/```yaml\n([^]*?)```/g)]
    .map(([, yaml]) => yaml!)
    .find((yaml) => /HelmRelease/.test(yaml));
  const [source, release] = parseAllDocuments(text!) as [Document, Document];
  edit(source, edits.source);
  edit(release, edits.release);
  return `${String(source)}---\n${String(release)}`;
}

function edit(document: Document, edits: Edits): void {
  for (const [path, value] of Object.entries(edits)) document.setIn(path.split('.'), document.createNode(value));
}

/** A HelmRelease in Flux' own namespace, as its controller sees it. */
export class HelmRelease {
  readonly kubectl: Kubectl;
  readonly name: string;
  #asked = 0;

  constructor(kubectl: Kubectl, name: string) {
    this.kubectl = kubectl;
    this.name = name;
  }

  get(): Promise<Viewed | undefined> {
    return this.kubectl.get(KIND, this.name, FLUX_NAMESPACE);
  }

  /** "False NoDriftDetected: …" of a condition. */
  async said(type: string): Promise<string> {
    const found = (await this.get())?.status?.conditions?.find((condition) => condition.type === type);
    return found ? `${found.status} ${found.reason}: ${found.message}` : 'nothing';
  }

  /** Compares cluster and chart now, as `flux reconcile helmrelease` does; comes back when it has, or is gone. */
  async look(timeoutMs = 120_000): Promise<void> {
    const value = `${this.name}-${++this.#asked}`;
    const asked = `reconcile.fluxcd.io/requestedAt=${value}`;
    await this.kubectl.run('annotate', KIND, this.name, '--namespace', FLUX_NAMESPACE, asked, '--overwrite');
    await waitFor(`${this.name} to be looked at`, timeoutMs, async () => {
      const found = await this.get();
      return found === undefined || found.status?.['lastHandledReconcileAt'] === value ? true : undefined;
    });
  }

  /** Waits for a condition to say this. */
  async until(type: string, expected: RegExp, timeoutMs = 180_000): Promise<string> {
    let seen = '';
    return waitFor(`${this.name} to say ${type} ${expected}`, timeoutMs, async () => {
      seen = await this.said(type);
      return expected.test(seen) ? seen : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}; it says "${seen}"`);
    });
  }

  /** Waits until it was uninstalled. */
  async gone(timeoutMs = 120_000): Promise<void> {
    await waitFor(`${this.name} to be gone`, timeoutMs, async () =>
      (await this.get()) === undefined ? true : undefined,
    );
  }

  /** How often it was installed or upgraded. */
  async revision(): Promise<number> {
    const history = (await this.get())?.status?.['history'] as readonly { readonly version: number }[] | undefined;
    return history?.[0]?.version ?? 0;
  }

  /** What it has said of a difference, ever. */
  async drift(): Promise<string[]> {
    const events = await this.kubectl.list('events', FLUX_NAMESPACE);
    return (events as unknown as { reason: string; message: string; involvedObject: { name: string } }[])
      .filter(({ reason, involvedObject }) => reason === 'DriftDetected' && involvedObject.name === this.name)
      .map(({ message }) => message);
  }
}
