import { readFile } from 'node:fs/promises';
import { request, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { ConnectionKey } from '../crds/index.ts';
import { certificateTrouble } from '../kit/net/certificate-trouble.ts';
import { hubDispatcher } from '../kit/net/hub-trust.ts';
import { readHubCa } from './hub-ca.ts';

/** What the operator asks of the hub. */
export interface HubClient {
  /** Applies the deletion policy to what the hub holds of a connection. Asking again is harmless. */
  forget(key: ConnectionKey, policy: 'Retain' | 'Delete', signal: AbortSignal): Promise<{ readonly deleted: number }>;
}

const answer = z.object({ deleted: z.number() });
const TIMEOUT_MS = 15_000;

/** The hub over HTTP; token and CA are read for each request, the kubelet renews them. */
export function createHubClient(url: string, tokenFile: string, caFile?: string): HubClient {
  async function ask(key: ConnectionKey, policy: string, dispatcher: Dispatcher | undefined, signal: AbortSignal) {
    const path = [key.kind, key.namespace, key.name].map(encodeURIComponent).join('/');
    const token = (await readFile(tokenFile, 'utf8')).trim();
    const { statusCode, body } = await request(new URL(`/operator/v1/connections/${path}?policy=${policy}`, url), {
      method: 'DELETE',
      dispatcher,
      headers: { authorization: `Bearer ${token}` },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal,
    });
    if (statusCode === 200) return answer.parse(await body.json());
    await body.dump();
    throw new Error(`the hub answered ${statusCode}`);
  }
  return {
    async forget(key, policy, signal) {
      const dispatcher = hubDispatcher(await readHubCa(caFile));
      try {
        return await ask(key, policy, dispatcher, signal);
      } catch (error) {
        const trouble = certificateTrouble(error, 'ca.crt in the Secret of hub.tls.secretName');
        throw trouble ? new Error(`the certificate of the hub ${trouble}`, { cause: error }) : error;
      } finally {
        await dispatcher?.destroy();
      }
    },
  };
}
