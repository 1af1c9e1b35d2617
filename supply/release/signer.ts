import { run } from '../../test/cluster/exec.ts';
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
