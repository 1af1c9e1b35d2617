import { GROUP } from '../../crds/index.ts';
import type { SharedTexts } from '../../kit/kube/shared-texts.ts';
import type { DeploymentView } from '../resources.ts';

/** Annotations of a Deployment that say where it stands in a roll-out: what survives the operator's restart. */
const REVISION = `${GROUP}/rollout-revision`;
const OWN = `${GROUP}/rollout-own`;
const ROLLED_AT = `${GROUP}/rolled-at`;

/** What a Deployment's pod was made of. */
export interface Mark {
  /** Digest of what the installation gives to every pod. */
  readonly revision: string;
  /** Digest of what the connection itself gives to it. */
  readonly own: string;
  /** When a wave brought the revision to a pod that ran; absent: it came otherwise, or the pod did not run before. */
  readonly rolledAt?: string;
}

/** The mark as annotations. */
export function annotationsOf({ revision, own, rolledAt }: Mark): Record<string, string> {
  return { [REVISION]: revision, [OWN]: own, ...(rolledAt === undefined ? {} : { [ROLLED_AT]: rolledAt }) };
}

/** What a Deployment says of itself; one that an earlier release made says nothing. */
export function markOf({ metadata }: DeploymentView): Partial<Mark> {
  const { [REVISION]: revision, [OWN]: own, [ROLLED_AT]: rolledAt } = metadata.annotations ?? {};
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(own === undefined ? {} : { own }),
    ...(rolledAt === undefined ? {} : { rolledAt }),
  };
}

/** Our annotations among others, for the cache. */
export function markAnnotations(
  annotations: Readonly<Record<string, string>> = {},
  texts: SharedTexts,
): Record<string, string> {
  return Object.fromEntries(
    [REVISION, OWN, ROLLED_AT].flatMap((key) => {
      const value = annotations[key];
      return value === undefined ? [] : [[key, texts.of(value)]];
    }),
  );
}
