import { isTheirs, type Claimed } from '../crds/index.ts';
import type { KubeObject } from '../kit/kube/objects.ts';

/** A resource that one installation alone looks after. */
export type Claimable = Claimed & KubeObject;

/** What an installation does about an object: work on it, make it its own first, or write nothing at all. */
export type Standing = 'work' | 'claim' | 'leave';

/** Pure. */
export function standingOf(object: Claimable, installation: string): Standing {
  if (isTheirs(object, installation)) return 'leave';
  return object.status?.installation === installation ? 'work' : 'claim';
}
