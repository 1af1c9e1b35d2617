import { KINDS } from '../../crds/index.ts';
import type { Crd } from '../../crds/promise/compatible.ts';
import { customResourceDefinition } from '../../crds/schema/crd.ts';
import type { Intent } from '../../kit/kube/objects.ts';

/** The CRD of a kind as another release has it: these versions, the first of them stored, none of them deprecated. */
export function kindOfRelease(plural: string, ...names: readonly string[]): Intent {
  const crd = customResourceDefinition(KINDS.find((kind) => kind.plural === plural)!) as unknown as Crd & Intent;
  const versions = names.map((name, index) => {
    const {
      deprecationWarning: _,
      deprecated: __,
      ...version
    } = crd.spec.versions.find((one) => one.name === name)! as {
      name: string;
      deprecated?: boolean;
      deprecationWarning?: string;
    };
    return { ...version, storage: index === 0 };
  });
  return { ...crd, spec: { ...crd.spec, versions } };
}
