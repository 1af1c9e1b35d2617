import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { run } from './exec.ts';

/** OCI calls architectures what Go does. */
export function ociArchitecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

/**
 * Writes an image of one static binary as an OCI archive, without any image
 * tool: a layer, a configuration, a manifest and an index, each a file named
 * by its digest.
 */
export async function writeStaticImage(binary: string, reference: string, output: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-oci-'));
  try {
    const root = join(folder, 'root');
    const blobs = join(folder, 'image', 'blobs', 'sha256');
    await mkdir(root, { recursive: true });
    await mkdir(blobs, { recursive: true });
    const name = basename(binary);
    await copyFile(binary, join(root, name));
    await run('tar', [
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '-C',
      root,
      '-cf',
      join(folder, 'layer.tar'),
      name,
    ]);

    const put = async (
      content: Buffer,
      mediaType: string,
    ): Promise<{ mediaType: string; digest: string; size: number }> => {
      const hex = createHash('sha256').update(content).digest('hex');
      await writeFile(join(blobs, hex), content);
      return { mediaType, digest: `sha256:${hex}`, size: content.length };
    };
    const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
    const layer = await put(await readFile(join(folder, 'layer.tar')), 'application/vnd.oci.image.layer.v1.tar');
    const config = await put(
      json({
        architecture: ociArchitecture(),
        os: 'linux',
        config: { Entrypoint: [`/${name}`], User: '65535:65535' },
        rootfs: { type: 'layers', diff_ids: [layer.digest] },
      }),
      'application/vnd.oci.image.config.v1+json',
    );
    const manifest = await put(
      json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: [layer] }),
      'application/vnd.oci.image.manifest.v1+json',
    );
    const named = {
      ...manifest,
      annotations: {
        'io.containerd.image.name': reference,
        'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
      },
    };
    await writeFile(join(folder, 'image', 'index.json'), json({ schemaVersion: 2, manifests: [named] }));
    await writeFile(join(folder, 'image', 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
    await run('tar', ['-C', join(folder, 'image'), '-cf', output, '.']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
