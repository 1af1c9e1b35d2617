/**
 * Our kinds, in the plural. They are written down once more, as the kinds themselves would be loaded by every start of
 * the program; a test holds them to the kinds.
 */
export const NAMESPACED_KINDS = ['connections', 'credentials', 'feeds', 'feedruns', 'stores'];
export const CLUSTER_KINDS = ['clusterconnections', 'drivers', 'licenses'];
