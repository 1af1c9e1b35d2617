import type { KubeClient } from '../../kit/kube/client.ts';
import type { KubeObject, ResourceType } from '../../kit/kube/objects.ts';
import type { PolicyRule } from '../../operator/rbac.ts';
import { until } from './until.ts';

/** Asks the API server what somebody may do. */
const REVIEWS: ResourceType = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
};

/**
 * Until these rules are in force: the API server takes a role and its binding before it has heard of them itself, and
 * refuses meanwhile what they allow. Of each rule one right is asked for, as a role comes as a whole.
 */
export async function inForce(
  client: KubeClient,
  user: string,
  rules: readonly PolicyRule[],
  namespace?: string,
): Promise<void> {
  for (const { apiGroups, resources, resourceNames, verbs } of rules) {
    const [resource, subresource] = resources[0]!.split('/');
    const resourceAttributes = {
      ...{ group: apiGroups[0], resource, subresource, verb: verbs[0] },
      ...{ namespace, name: resourceNames?.[0] },
    };
    await until(`the right to ${JSON.stringify(resourceAttributes)}`, async () => {
      const { status } = await client.create<KubeObject & { readonly status: { readonly allowed: boolean } }>(REVIEWS, {
        ...{ apiVersion: REVIEWS.apiVersion, kind: REVIEWS.kind, metadata: {} as { name: string } },
        spec: { user, resourceAttributes },
      });
      return status.allowed;
    });
  }
}
