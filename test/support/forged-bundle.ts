import { createHash } from 'node:crypto';

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

type Manifest = Readonly<Record<string, unknown>> & { readonly layers: readonly [Descriptor] };
type Index = Readonly<Record<string, unknown>> & { readonly manifests: readonly Descriptor[] };

/**
 * Changes a word in what is signed of an image, and leaves the signature, as one does who may write to the registry.
 * Statements lie beside the image under a tag that is made from its digest. Gives back how to undo it.
 */
export async function forgeBundle(reference: string, from: string, to: string): Promise<() => Promise<void>> {
  const [repository, digest] = reference.split('@') as [string, string];
  const registry = new Repository(repository);
  const tag = digest.replace(':', '-');
  const index = await registry.json<Index>(`manifests/${tag}`);
  const manifests = await Promise.all(
    index.manifests.map(async (one) => {
      const manifest = await registry.json<Manifest>(`manifests/${one.digest}`);
      const bundle = await registry.json<{ dsseEnvelope: { payload: string } }>(`blobs/${manifest.layers[0].digest}`);
      const statement = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString();
      if (!statement.includes(from)) return one;
      const payload = Buffer.from(statement.replaceAll(from, to)).toString('base64');
      const blob = await registry.putBlob({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload } });
      const forged = { ...manifest, layers: [{ ...manifest.layers[0], ...blob }] };
      return { ...one, ...(await registry.putManifest(forged)) };
    }),
  );
  if (JSON.stringify(manifests) === JSON.stringify(index.manifests))
    throw new Error(`nothing beside ${reference} has the word ${from}`);
  await registry.putManifest({ ...index, manifests }, tag);
  return async () => void (await registry.putManifest(index, tag));
}

/** One repository of a registry without TLS, by the protocol of OCI. */
class Repository {
  readonly #url: string;

  constructor(name: string) {
    const slash = name.indexOf('/');
    this.#url = `http://${name.slice(0, slash)}/v2/${name.slice(slash + 1)}`;
  }

  async json<T>(path: string): Promise<T> {
    return (await this.#ask(path, {})).json() as Promise<T>;
  }

  async putBlob(content: object): Promise<Descriptor> {
    const { body, ...described } = describe(content);
    await this.#ask(`blobs/uploads/?digest=${described.digest}`, { method: 'POST', body });
    return described;
  }

  async putManifest(content: Readonly<Record<string, unknown>>, tag?: string): Promise<Descriptor> {
    const { body, ...described } = describe(content);
    const headers = { 'content-type': String(content['mediaType']) };
    await this.#ask(`manifests/${tag ?? described.digest}`, { method: 'PUT', headers, body });
    return described;
  }

  async #ask(path: string, request: RequestInit): Promise<Response> {
    const response = await fetch(`${this.#url}/${path}`, request);
    if (!response.ok)
      throw new Error(`${request.method ?? 'GET'} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}

function describe(content: object): Descriptor & { readonly body: string } {
  const body = JSON.stringify(content);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  return { digest, size: Buffer.byteLength(body), body };
}
