import type { PodView } from '../../kit/kube/builtin.ts';

/** Which release each part runs, by what its pods say. Pure. */
export function versionsOf(
  own: { readonly cli: string; readonly node: string; readonly kubernetes: string | undefined },
  pods: readonly PodView[],
): object {
  const parts = pods.flatMap(({ metadata: { namespace, name, labels = {} }, status }) =>
    (status?.containerStatuses ?? []).map((container) => ({
      part: labels['app.kubernetes.io/component'] ?? labels['app.kubernetes.io/name'],
      release: labels['app.kubernetes.io/version'],
      namespace,
      pod: name,
      container: container.name,
      image: container.image,
      imageID: container.imageID,
    })),
  );
  return { ...own, parts };
}
