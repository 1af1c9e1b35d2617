/**
 * What the test cluster is made of. One Kubernetes version names the cache
 * folder; the others are pinned beside it in the go.mod of each folder in go/.
 */
export const KUBERNETES_VERSION = 'v1.37.2';

/** Told to the linker, as the components' release builds do. */
export const CONTAINERD_VERSION = 'v2.4.2';

/** Told to the linker, too. */
export const ARGOCD_VERSION = 'v3.6.1';
