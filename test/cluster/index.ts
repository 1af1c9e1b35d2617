/** The test cluster's API for tests; `cli.ts` is the same for people. */
export { BINARY_NAMES, binaryPath, filesOf, type BinaryName } from './binaries.ts';
export { BUILD_PATIENCE_MS, ensureBinaries } from './build.ts';
export { findCluster, loadImage, startCluster, stopCluster, type Cluster, type ClusterOptions } from './cluster.ts';
export {
  startControlPlane,
  type ApiServerHandle,
  type ControlPlane,
  type ControlPlaneOptions,
} from './control-plane.ts';
export type { DaemonName } from './daemon.ts';
export { buildImage, DEFAULT_IMAGE, type BuildImageOptions, type BuiltImage } from './image.ts';
export { allowPlainRegistry } from './plain-registry.ts';
export { noLog, stderrLog, type Log } from './log.ts';
