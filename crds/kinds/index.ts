import type { KindDefinition } from '../schema/define.ts';
import { clusterConnectionKind, connectionKind } from './connection.ts';
import { credentialKind } from './credential.ts';
import { driverKind } from './driver.ts';
import { feedKind } from './feed.ts';
import { feedRunKind } from './feedrun.ts';
import { licenseKind } from './license.ts';
import { storeKind } from './store.ts';

export * from './connection.ts';
export * from './credential.ts';
export * from './driver.ts';
export * from './feed.ts';
export * from './feedrun.ts';
export * from './license.ts';
export * from './store.ts';

/** Every kind, in the order in which documentation and generated files list them. */
export const KINDS: readonly KindDefinition[] = [
  driverKind,
  storeKind,
  credentialKind,
  connectionKind,
  clusterConnectionKind,
  feedKind,
  feedRunKind,
  licenseKind,
];

export function kindByName(kind: string): KindDefinition | undefined {
  return KINDS.find((definition) => definition.kind === kind);
}
