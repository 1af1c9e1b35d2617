/** The test cluster's API for tests; `cli.ts` is the same for people. */
export { BINARY_NAMES, binaryPath, type BinaryName } from './binaries.ts';
export { ensureBinaries } from './build.ts';
export { startControlPlane, type ApiServerHandle, type ControlPlane, type ControlPlaneOptions } from './control-plane.ts';
export { noLog, stderrLog, type Log } from './log.ts';
