import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FIELD_MANAGERS } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { Intent } from '../../kit/kube/objects.ts';
import { ownPackage } from '../version.ts';
import { CRDS, servedBy, type Crd } from './crd.ts';
import { migrateStored } from './stored-versions.ts';

/** What bringing the kinds to a release needs of its surroundings. */
export interface KindsSurroundings {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/**
 * Applies the CRDs of this release, and takes its objects along: what the chart's job does before an upgrade, since
 * Helm never upgrades CRDs.
 */
export async function applyCrds(surroundings: KindsSurroundings): Promise<void> {
  const directory = join(ownPackage().directory, 'crds', 'generated');
  const crds: (Crd & Intent)[] = [];
  for (const file of (await readdir(directory)).sort())
    crds.push(parse(await readFile(join(directory, file), 'utf8')) as Crd & Intent);
  await bringTo(crds, surroundings);
}

/** Applies these, whichever the cluster has, and takes the objects along. */
export async function bringTo(crds: readonly (Crd & Intent)[], surroundings: KindsSurroundings): Promise<void> {
  const { client, say } = surroundings;
  let aVersionWent = false;
  for (const crd of crds) {
    const { name } = crd.metadata;
    const before = await client.find<Crd>(CRDS, name);
    if (before) refuseStored(before, crd);
    await client.apply(CRDS, crd, { manager: FIELD_MANAGERS.cli });
    aVersionWent ||= before !== undefined && servedBy(before).some((version) => !servedBy(crd).includes(version));
    say(`${name} applied`);
  }
  await migrateStored(
    crds.map(({ metadata }) => metadata.name),
    { ...surroundings, aVersionWent },
  );
}

/** The API server would refuse it, too, and not say what to do. */
function refuseStored(before: Crd, { metadata, spec }: Crd): void {
  const gone = (before.status?.storedVersions ?? []).filter((one) => !spec.versions.some(({ name }) => name === one));
  if (gone.length > 0)
    throw new Error(
      `${metadata.name}: objects may still be stored in ${gone.join(', ')}, which this release does not have: upgrade to the release before it first, whose job writes them anew`,
    );
}
