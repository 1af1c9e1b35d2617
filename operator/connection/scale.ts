import type { KubeClient } from '../../kit/kube/client.ts';
import { CHILD_TYPES, type DeploymentView } from '../resources.ts';

/** Stops the pod; it finishes the batch in hand. The next apply of the Deployment takes the field back. */
export async function scaleToZero(client: KubeClient, deployment: DeploymentView | undefined): Promise<void> {
  if (!deployment || (deployment.spec.replicas ?? 0) === 0) return;
  await client.jsonPatch(CHILD_TYPES.Deployment, deployment.metadata, [
    { op: 'replace', path: '/spec/replicas', value: 0 },
  ]);
}
