import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FIELD_MANAGERS } from '../../crds/index.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { Intent } from '../../kit/kube/objects.ts';
import { ownPackage } from '../version.ts';
import { CRDS, migrateStored } from './stored-versions.ts';

/**
 * Applies the CRDs of this release, and stores objects of an older version in the version of today: what the chart's
 * job does before an upgrade, since Helm never upgrades CRDs.
 */
export async function applyCrds(client: KubeClient, say: (line: string) => void): Promise<void> {
  const directory = join(ownPackage().directory, 'crds', 'generated');
  const names: string[] = [];
  for (const file of (await readdir(directory)).sort()) {
    const crd = parse(await readFile(join(directory, file), 'utf8')) as Intent;
    await client.apply(CRDS, crd, { manager: FIELD_MANAGERS.cli });
    names.push(crd.metadata.name);
    say(`${crd.metadata.name} applied`);
  }
  for (const name of names) await migrateStored(client, name, say);
}
