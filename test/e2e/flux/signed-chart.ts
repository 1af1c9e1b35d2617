import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pushChart } from '../../../supply/release/chart.ts';
import { chartOf, type Plan } from '../../../supply/release/plan.ts';
import { Signer } from '../../../supply/release/signer.ts';
import { ensureBinaries, stderrLog } from '../../cluster/index.ts';
import { run } from '../../cluster/exec.ts';
import { startRegistry, type Registry } from '../../cluster/registry.ts';

/** A registry of this machine with the chart of this tree in it, and the key that it is signed with. */
export class SignedCharts {
  readonly registry: Registry;
  readonly #folder: string;
  readonly #tools: { readonly helm: string; readonly cosign: string };

  static async start(): Promise<SignedCharts> {
    const tools = await ensureBinaries(['helm', 'cosign'], stderrLog);
    const folder = await mkdtemp(join(tmpdir(), 'supercargo-charts-'));
    await makeKey(tools.cosign, folder);
    return new SignedCharts(await startRegistry(stderrLog), folder, tools);
  }

  private constructor(registry: Registry, folder: string, tools: { readonly helm: string; readonly cosign: string }) {
    this.registry = registry;
    this.#folder = folder;
    this.#tools = tools;
  }

  get url(): string {
    return `oci://${chartOf({ registry: this.registry.host })}`;
  }

  /** The half that verifies. */
  publicKey(): Promise<string> {
    return readFile(join(this.#folder, 'cosign.pub'), 'utf8');
  }

  /** As a release does it. */
  async push(version: string, { signed }: { readonly signed: boolean }): Promise<void> {
    const plan: Plan = {
      ...{ registry: this.registry.host, version, key: join(this.#folder, 'cosign.key'), publicLog: false },
      ...{ plainHttp: true, source: 'https://git.example/a', builder: 'https://ci.example', commit: 'a'.repeat(40) },
      epoch: 1_790_000_000,
    };
    const digest = await pushChart(plan, `sha256:${'a'.repeat(64)}`, this.#tools.helm);
    const signer = new Signer(plan, this.#tools.cosign, KEY_ENV);
    if (signed) await signer.sign(`${chartOf(plan)}@${digest}`);
  }

  async stop(): Promise<void> {
    await this.registry.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Keys of tests have no password; cosign asks for one where the variable is absent. */
export const KEY_ENV: NodeJS.ProcessEnv = { ...process.env, COSIGN_PASSWORD: '' };

/** cosign.key and cosign.pub in this folder. */
export async function makeKey(cosign: string, folder: string): Promise<void> {
  await run(cosign, ['generate-key-pair'], { cwd: folder, env: KEY_ENV });
}
