import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Intent, ResourceType } from '../kit/kube/objects.ts';
import { run } from '../test/cluster/exec.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { OperatorRig } from '../test/support/operator-rig.ts';

jest.setTimeout(60_000);

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly securityContext?: object;
  readonly containers: readonly object[];
}

const NS = 'supercargo-system';
const core = (kind: string, plural: string, namespaced = true): ResourceType => ({
  apiVersion: 'v1',
  kind,
  plural,
  namespaced,
});

let rig: OperatorRig;
let pods: { readonly name: string; readonly spec: PodSpec }[];

beforeAll(async () => {
  rig = await OperatorRig.start({ controllers: ['namespace-controller'] });
  await rig.client.create(core('Namespace', 'namespaces', false), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NS, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  await ensureBinaries(['helm'], noLog);
  const rendered = await run(binaryPath('helm'), [
    'template',
    '--is-upgrade',
    '--kube-version',
    '1.37.2',
    'supercargo',
    join(import.meta.dirname, 'supercargo'),
    '--namespace',
    NS,
  ]);
  const templates = parseAllDocuments(rendered).flatMap((document) => {
    const object = document.toJS() as (Intent & { spec?: { template?: { spec: PodSpec } } }) | null;
    const spec = object?.spec?.template?.spec;
    return object && spec ? [{ name: `${object.kind.toLowerCase()}-${object.metadata.name}`, spec }] : [];
  });
  pods = templates.map(({ name, spec }) => ({ name, spec: { ...spec, serviceAccountName: 'any' } }));
  await rig.client.create(core('ServiceAccount', 'serviceaccounts'), {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'any', namespace: NS },
  });
}, BUILD_PATIENCE_MS);
afterAll(() => rig?.stop());

/** What the API server says to a pod; undefined where it takes it. */
async function refusal(name: string, spec: object): Promise<string | undefined> {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NS }, spec } as Intent;
  return rig.client.create(core('Pod', 'pods'), pod).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}

describe('in a namespace under Pod Security "restricted"', () => {
  it('every pod of the chart is taken: hub, operator, the jobs before an upgrade and an uninstall', async () => {
    expect(pods.map(({ name }) => name).sort()).toEqual([
      'deployment-supercargo-hub',
      'deployment-supercargo-operator',
      'job-supercargo-connections-must-be-deleted-first',
      'job-supercargo-crd-upgrade',
    ]);
    for (const { name, spec } of pods)
      expect([name, await refusal(name, { ...spec, restartPolicy: 'Never' })]).toEqual([name, undefined]);
  });

  it('one that may become root is not, so it is the label that was asked', async () => {
    const [{ spec }] = pods as [(typeof pods)[number]];
    expect(await refusal('root', { ...spec, securityContext: {} })).toMatch(/violates PodSecurity "restricted/);
  });
});
