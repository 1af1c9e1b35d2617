import { retry } from './errors.ts';
import type { ShopRequest, ShopResponse } from './http.ts';

/** An answer whose whole body is there. */
export function wholeResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): ShopResponse {
  const text = typeof body === 'string' ? body : undefined;
  const decoded = () => text ?? decode(body as Uint8Array, headers['content-type']);
  // The engine may have to look into the body of a good answer before the driver does.
  let parsed: unknown;
  return {
    status,
    headers,
    text: async () => decoded(),
    json: async () => (parsed ??= parseJson(decoded(), status, headers['content-type'])),
    bytes: async function* () {
      yield await Promise.resolve(typeof body === 'string' ? new TextEncoder().encode(body) : body);
    },
  };
}

/** JSON of an answer; throws `UnexpectedPayload` where it is none. */
export function parseJson(text: string, status: number, contentType: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw retry(
      'UnexpectedPayload',
      `the store answered ${status} with ${contentType?.split(';')[0] || 'no content type'} that is not JSON: check settings.url, it may point to a web page`,
    );
  }
}

/** Text of a body by the charset that its content type names; one that nobody knows is taken for UTF-8. */
export function decode(body: Uint8Array, contentType: string | undefined): string {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(contentType ?? '')?.[1];
  return decoderOf(charset ?? 'utf-8').decode(body);
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

/** What people are shown of a request that was kept back. */
export function shownBody({ body, shows }: Pick<ShopRequest, 'body' | 'shows'>): string | undefined {
  return shows ?? (body instanceof Uint8Array ? `(${body.byteLength} bytes)` : body);
}

/** The body of a request as text. */
export const bodyText = (body: ShopRequest['body']): string | undefined =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
