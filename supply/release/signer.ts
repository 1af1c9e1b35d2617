import { run, tryRun } from '../../test/cluster/exec.ts';
import type { Plan } from './plan.ts';

/** Kinds of what is attested, as cosign calls them. */
export type Attested = 'cyclonedx' | 'slsaprovenance1';

/** Signs in the plan's name, by cosign. */
export class Signer {
  readonly #plan: Plan;
  readonly #cosign: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(plan: Plan, cosign: string, env: NodeJS.ProcessEnv) {
    this.#plan = plan;
    this.#cosign = cosign;
    this.#env = env;
  }

  /** Whether the key is there and its password opens it. Of an identity nothing is known before it signs. */
  async tryKey(): Promise<void> {
    const { key } = this.#plan;
    if (!key) return;
    const { code, stderr } = await tryRun(this.#cosign, ['public-key', '--key', key], { env: this.#env });
    if (code !== 0)
      throw new Error(
        `KEY=${key}: cosign cannot use it (${stderr.trim().split('\n')[0]}): see to the key, and to its password in COSIGN_PASSWORD`,
      );
  }

  /** An index, and each image that it names; or a chart. */
  async sign(reference: string): Promise<void> {
    await this.#run('sign', '--recursive', ...this.#who(), reference);
  }

  async attest(reference: string, type: Attested, predicate: string): Promise<void> {
    await this.#run('attest', '--type', type, '--predicate', predicate, ...this.#who(), reference);
  }

  #who(): string[] {
    const { key, publicLog, plainHttp } = this.#plan;
    return [
      '--yes',
      ...(key ? ['--key', key] : []),
      ...(publicLog ? [] : ['--use-signing-config=false', '--tlog-upload=false']),
      ...(plainHttp ? ['--allow-http-registry'] : []),
    ];
  }

  async #run(...args: string[]): Promise<void> {
    await run(this.#cosign, args, { env: this.#env, timeout: 300_000 });
  }
}
