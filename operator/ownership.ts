import { LABELS } from '../crds/index.ts';
import type { KubeObject } from '../kit/kube/objects.ts';

/** What an installation may look after: a connection, or what connections share. */
export interface Claimable extends KubeObject {
  readonly status?: { readonly installation?: string };
}

/** What an installation does about an object: work on it, make it its own first, or write nothing at all. */
export type Standing = 'work' | 'claim' | 'leave';

/**
 * Whose an object is: as a person stated by its label, else as the installation that claimed it says; undefined:
 * nobody's yet. All installations read the same object, so all decide alike and need not speak to each other. Pure.
 */
export function belongsTo({ metadata, status }: Claimable): string | undefined {
  return metadata.labels?.[LABELS.installation] || status?.installation;
}

/** Whether it is another installation's. What is nobody's yet is not. Pure. */
export function isTheirs(object: Claimable, installation: string): boolean {
  const owner = belongsTo(object);
  return owner !== undefined && owner !== installation;
}

/** Pure. */
export function standingOf(object: Claimable, installation: string): Standing {
  if (isTheirs(object, installation)) return 'leave';
  return object.status?.installation === installation ? 'work' : 'claim';
}
