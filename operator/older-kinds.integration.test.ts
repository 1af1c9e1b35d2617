import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { CRDS } from '../cli/commands/crd.ts';
import { KINDS } from '../crds/index.ts';
import type { Crd } from '../crds/promise/compatible.ts';
import { customResourceDefinition } from '../crds/schema/crd.ts';
import type { Intent } from '../kit/kube/objects.ts';
import { OperatorRig, until } from '../test/support/operator-rig.ts';

jest.setTimeout(120_000);

let rig: OperatorRig;
beforeAll(async () => {
  rig = await OperatorRig.start();
}, 120_000);
afterAll(() => rig?.stop());

/** The kinds with these versions alone. */
async function kindsWith(...names: string[]): Promise<void> {
  for (const kind of KINDS) {
    const crd = customResourceDefinition(kind) as unknown as Crd & Intent;
    const versions = crd.spec.versions.filter(({ name }) => names.includes(name));
    await rig.client.apply(CRDS, { ...crd, spec: { ...crd.spec, versions } }, { manager: 'test' });
  }
}

it('an operator on the kinds of the release before waits, and goes on by itself once it has its own', async () => {
  const { spec } = await rig.namespace('shops');
  await rig.apply('Connection', 'shops', 'shop', spec as object);
  await kindsWith('v1alpha1');
  await until('the older kinds', async () => (await rig.get('Connection', 'shops', 'shop')) === undefined);
  let ready = false;
  const starting = rig.startOperator().then((operator) => {
    ready = true;
    return operator;
  });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(ready).toBe(false);
  await kindsWith('v1beta1', 'v1alpha1');
  const operator = await starting;
  await rig.runPods('shops', 'shop');
  await operator.stop();
});
