import { readFile } from 'node:fs/promises';
import { request } from 'undici';
import { z } from 'zod';
import type { ConnectionKey } from '../crds/index.ts';

/** What the operator asks of the hub. */
export interface HubClient {
  /** Applies the deletion policy to what the hub holds of a connection. Asking again is harmless. */
  forget(key: ConnectionKey, policy: 'Retain' | 'Delete', signal: AbortSignal): Promise<{ readonly deleted: number }>;
}

const answer = z.object({ deleted: z.number() });
const TIMEOUT_MS = 15_000;

/** The hub over HTTP; the token is read for each request, the kubelet renews it. */
export function createHubClient(url: string, tokenFile: string): HubClient {
  return {
    async forget({ kind, namespace, name }, policy, signal) {
      const path = [kind, namespace, name].map(encodeURIComponent).join('/');
      const token = (await readFile(tokenFile, 'utf8')).trim();
      const { statusCode, body } = await request(new URL(`/operator/v1/connections/${path}?policy=${policy}`, url), {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}` },
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        signal,
      });
      if (statusCode === 200) return answer.parse(await body.json());
      await body.dump();
      throw new Error(`the hub answered ${statusCode}`);
    },
  };
}
