import { statfs } from 'node:fs/promises';

const OVERLAYFS_MAGIC = 0x794c7630;

/** overlayfs cannot lie on overlayfs, as it would inside a container: who wants layers must copy there. */
export async function isOverlay(folder: string): Promise<boolean> {
  return (await statfs(folder)).type === OVERLAYFS_MAGIC;
}
