import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DriverError, terminal, type DriverWebhooks } from '../contract/index.ts';
import { changedHook } from '../hooks/changed-hook.ts';
import { derivedSecret } from '../hooks/standard-webhooks.ts';
import { isRefusal, type MedusaClient } from './client.ts';

/** Of the companion plugin (plugins/medusa): who is told of what changed. Its secrets are never shown. */
const PATH = '/supercargo/webhooks';
const TOPICS = ['orders', 'products'] as const;
const listed = z.looseObject({ webhooks: z.array(z.looseObject({ url: z.string(), fingerprint: z.string() })) });

/** Webhooks of a server that has the companion plugin. The secret comes from the API key: a new key is a new secret. */
export function hooks(client: MedusaClient): DriverWebhooks {
  const secret = derivedSecret(client.context.credential.apiKey, 'medusa');
  const fingerprint = createHash('sha256').update(secret).digest('hex').slice(0, 16);
  const there = async (url: string, signal: AbortSignal) =>
    (await client.find(PATH, {}, listed, signal).catch(noRoute))?.webhooks.filter((known) => known.url === url);
  const write = async (method: 'POST' | 'DELETE', body: object, signal: AbortSignal): Promise<void> => {
    const answer = await client.write({ method, path: PATH, body }, z.looseObject({}), signal);
    if (isRefusal(answer))
      throw terminal('SubscriptionRefused', `the shop does not keep the address: ${answer.refused}`);
  };
  return {
    read: (hook) => changedHook(secret, hook),
    async ensure(url, _feeds, signal) {
      const before = await there(url, signal);
      if (before === undefined) throw noPlugin();
      const good = before.length === 1 && before[0]!.fingerprint === fingerprint;
      if (!good) await write('POST', { url, secret }, signal);
      return { topics: [...TOPICS], repaired: !good };
    },
    async remove(url, signal) {
      if (((await there(url, signal)) ?? []).length > 0) await write('DELETE', { url }, signal);
    },
  };
}

/** Of a route that there is none of, the server says it with a web page: as an address without Medusa does. */
function noRoute(error: unknown): undefined {
  if (error instanceof DriverError && error.details.reason === 'WrongUrl') return undefined;
  throw error;
}

const noPlugin = () =>
  terminal(
    'NotSupported',
    'The companion plugin (plugins/medusa) is not installed in the shop, so orders arrive by polling. Install it to receive them within a second.',
  );
