/**
 * An amount of CPU or memory as Kubernetes takes it, as a pattern: "500m", "1Gi", "1e9"; nothing below 0, and none of
 * the suffixes that no pod needs (n, u).
 */
export const QUANTITY_PATTERN = '^[0-9]+(\\.[0-9]+)?([mkMGTPE]|[KMGTPE]i|[eE][-+]?(1[0-8]|[0-9]))?$';
