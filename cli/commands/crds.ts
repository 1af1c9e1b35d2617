import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createClient } from '../../kit/kube/kube-config.ts';
import type { Intent, ResourceType } from '../../kit/kube/objects.ts';
import { loadKubeConfig } from '../../kit/kube/kube-config.ts';
import { FIELD_MANAGERS } from '../../crds/index.ts';
import { ownPackage } from '../version.ts';

const CRDS: ResourceType = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** Applies the CRDs of this release: what the chart's job does before an upgrade, since Helm never upgrades CRDs. */
export async function applyCrds(say: (line: string) => void): Promise<void> {
  const client = createClient(loadKubeConfig(), { userAgent: 'supercargo-crds' });
  const directory = join(ownPackage().directory, 'crds', 'generated');
  for (const file of (await readdir(directory)).sort()) {
    const crd = parse(await readFile(join(directory, file), 'utf8')) as Intent;
    await client.apply(CRDS, crd, { manager: FIELD_MANAGERS.cli });
    say(`${crd.metadata.name} applied`);
  }
  await client.close();
}
