import { PLATFORMS, type Plan } from './plan.ts';

/** Something that a build took in, by digest. */
export interface Material {
  readonly uri: string;
  readonly digest: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a build was made with, and when. */
export interface Run {
  readonly startedOn: string;
  readonly finishedOn: string;
  /** Versions of the programs that made it: buildah, helm, node. */
  readonly tools: Readonly<Record<string, string>>;
  readonly materials: readonly Material[];
  /** Of this run of the builder, where it has a name. */
  readonly invocation?: string;
}

/** SLSA provenance, version 1: the predicate that cosign puts into an in-toto statement. Pure. */
export function provenanceOf(plan: Plan, run: Run): object {
  const { source, commit, version, registry, epoch, builder } = plan;
  return {
    buildDefinition: {
      buildType: `${source}/blob/${commit}/docs/supply-chain.md#how-a-release-is-made`,
      externalParameters: { source: `git+${source}@${commit}`, version, registry, platforms: PLATFORMS },
      internalParameters: { sourceDateEpoch: epoch, tools: run.tools },
      resolvedDependencies: [{ uri: `git+${source}`, digest: { gitCommit: commit } }, ...run.materials],
    },
    runDetails: {
      builder: { id: builder },
      metadata: {
        ...(run.invocation === undefined ? {} : { invocationId: run.invocation }),
        startedOn: run.startedOn,
        finishedOn: run.finishedOn,
      },
    },
  };
}

/** "sha256:ab…" as in-toto writes it. */
export function digestOf(digest: string): Record<string, string> {
  const [algorithm, hex] = digest.split(':') as [string, string];
  return { [algorithm]: hex };
}
