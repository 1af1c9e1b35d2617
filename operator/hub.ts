import { readFile } from 'node:fs/promises';
import { request } from 'undici';
import { z } from 'zod';
import type { ConnectionKey } from '../crds/index.ts';
import { hubDispatcher } from '../kit/net/hub-trust.ts';

/** What the operator asks of the hub. */
export interface HubClient {
  /** Applies the deletion policy to what the hub holds of a connection. Asking again is harmless. */
  forget(key: ConnectionKey, policy: 'Retain' | 'Delete', signal: AbortSignal): Promise<{ readonly deleted: number }>;
}

const answer = z.object({ deleted: z.number() });
const TIMEOUT_MS = 15_000;

/** The CA of the hub's certificate, which may be renewed; undefined where the hub speaks plain http. */
export async function readHubCa(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : (await readFile(file, 'utf8')).trim();
}

/** The hub over HTTP; token and CA are read for each request, the kubelet renews them. */
export function createHubClient(url: string, tokenFile: string, caFile?: string): HubClient {
  return {
    async forget({ kind, namespace, name }, policy, signal) {
      const path = [kind, namespace, name].map(encodeURIComponent).join('/');
      const token = (await readFile(tokenFile, 'utf8')).trim();
      const dispatcher = hubDispatcher(await readHubCa(caFile));
      const { statusCode, body } = await request(new URL(`/operator/v1/connections/${path}?policy=${policy}`, url), {
        method: 'DELETE',
        dispatcher,
        headers: { authorization: `Bearer ${token}` },
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        signal,
      });
      const said = statusCode === 200 ? await body.json() : await body.dump();
      await dispatcher?.close();
      if (statusCode === 200) return answer.parse(said);
      throw new Error(`the hub answered ${statusCode}`);
    },
  };
}
