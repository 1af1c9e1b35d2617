import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { rendered, type Rendered } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
beforeAll(() => ensureBinaries(['helm'], noLog));

describe('accounts', () => {
  it('are those of their part, also of jobs; the pod of helm test has none', async () => {
    const pods = (await rendered()).flatMap(({ kind, metadata, spec }) => {
      if (!/^(Deployment|Job|Pod)$/.test(kind)) return [];
      const pod = (kind === 'Pod' ? spec : (spec['template'] as { spec: object }).spec) as Record<string, unknown>;
      return [[metadata.name, pod['serviceAccountName'], pod['automountServiceAccountToken']]];
    });
    expect(pods.sort()).toEqual([
      ['supercargo-connections-must-be-deleted-first', 'supercargo-operator', undefined],
      ['supercargo-crd-upgrade', 'supercargo-crd-upgrade', undefined],
      ['supercargo-hub', 'supercargo-hub', undefined],
      ['supercargo-operator', 'supercargo-operator', undefined],
      ['supercargo-test', undefined, false],
    ]);
  });

  it.each([
    [[], ['default.supercargo-hub', 'default.supercargo-operator', 'supercargo-operator-lease']],
    [
      ['watchNamespaces={acme}'],
      [
        ...['default.supercargo-hub', 'default.supercargo-operator', 'supercargo-hub'],
        ...['supercargo-operator', 'supercargo-operator-lease'],
      ],
    ],
  ])('have with %j the roles of their part, and no other', async (values, roles) => {
    interface Binding extends Rendered {
      readonly roleRef: { readonly kind: string; readonly name: string };
      readonly subjects: readonly { readonly name: string; readonly namespace?: string }[];
    }
    const all = await rendered(...values);
    const bindings = all.filter(({ kind }) => kind.endsWith('RoleBinding')) as Binding[];
    for (const { kind, metadata, roleRef, subjects } of bindings) {
      const [, part] = /supercargo-(hub|operator|crd-upgrade)/.exec(metadata.name)!;
      expect([metadata.name, subjects.map(({ name, namespace }) => `${namespace}/${name}`)]).toEqual([
        metadata.name,
        [`default/supercargo-${part}`],
      ]);
      expect(`${roleRef.kind}Binding ${roleRef.name}`).toBe(`${kind} ${metadata.name}`);
      const role = all.find((one) => one.kind === roleRef.kind && one.metadata.name === roleRef.name);
      expect([roleRef.name, role?.metadata.namespace]).toEqual([roleRef.name, metadata.namespace]);
    }
    const names = bindings.map(({ metadata }) => metadata.name).filter((name) => !name.endsWith('crd-upgrade'));
    expect(names.sort()).toEqual(roles);
  });
});
