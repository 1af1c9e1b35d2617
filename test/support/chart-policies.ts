import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { Intent, ResourceType } from '../../kit/kube/objects.ts';
import { run } from '../cluster/exec.ts';
import { binaryPath, ensureBinaries, noLog } from '../cluster/index.ts';
import { until } from './until.ts';

const policyType = (kind: string, plural: string): ResourceType => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  plural,
  namespaced: false,
});
const CONFIG_MAPS: ResourceType = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
const POLICIES: Readonly<Record<string, ResourceType>> = {
  ValidatingAdmissionPolicy: policyType('ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
  ValidatingAdmissionPolicyBinding: policyType('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'),
};

/** The API server takes policies up in the order in which they came: once it keeps the last, it keeps all. */
async function untilInForce(client: Pick<KubeClient, 'apply'>): Promise<void> {
  const name = 'the-last';
  const common = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } };
  const policy: Intent = {
    ...{ ...common, kind: 'ValidatingAdmissionPolicy' },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
      matchConditions: [{ name, expression: `object.metadata.name.startsWith('${name}')` }],
      validations: [{ expression: 'false', message: 'in force' }],
    },
  };
  const binding: Intent = {
    ...{ ...common, kind: 'ValidatingAdmissionPolicyBinding' },
    spec: { policyName: name, validationActions: ['Deny'] },
  };
  for (const object of [policy, binding]) await client.apply(POLICIES[object.kind]!, object, { manager: 'test' });
  let tries = 0;
  await until('the policies', async () => {
    const metadata = { name: `${name}-${(tries += 1)}`, namespace: 'default' };
    const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    return client.apply(CONFIG_MAPS, probe, { manager: 'test' }).then(
      () => false,
      (error: unknown) => String(error).includes('in force'),
    );
  });
}

/**
 * Puts the chart's admission policies in force (those whose name ends so), as Helm renders them of these values; gives
 * all that was rendered.
 */
export async function installPolicies(
  client: Pick<KubeClient, 'apply'>,
  values: object,
  nameEnds = '',
): Promise<Intent[]> {
  await ensureBinaries(['helm'], noLog);
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-values-'));
  try {
    const file = join(folder, 'values.yaml');
    await writeFile(file, stringify(values));
    const chart = join(import.meta.dirname, '..', '..', 'charts', 'supercargo');
    const where = ['--namespace', 'default', '--kube-version', '1.37.2', '--values', file];
    const rendered = await run(binaryPath('helm'), ['template', 'supercargo', chart, ...where]);
    const objects = parseAllDocuments(rendered).flatMap((one) => (one.toJS() as Intent | null) ?? []);
    for (const object of objects) {
      const type = POLICIES[object.kind];
      if (type && object.metadata.name.endsWith(nameEnds)) await client.apply(type, object, { manager: 'test' });
    }
    await untilInForce(client);
    return objects;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
