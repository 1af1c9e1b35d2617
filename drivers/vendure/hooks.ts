import { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import { DriverError, terminal, type DriverWebhooks } from '../contract/index.ts';
import { changedHook } from '../hooks/changed-hook.ts';
import { derivedSecret } from '../hooks/standard-webhooks.ts';
import type { Operation, VendureClient } from './client.ts';
import { GraphqlError } from './errors.ts';

/** Field of the settings store that the companion plugin (plugins/vendure) declares and reads. */
const KEY = 'supercargo.webhooks';
const TOPICS = ['orders', 'products'] as const;

const subscription = z.looseObject({ url: z.string(), secret: z.string() });
type Registered = z.infer<typeof subscription>;

const subscriptions: Operation<{ readonly value?: readonly Registered[] | null | undefined }> = {
  document: `query ($key: String!) { value: getSettingsStoreValue(key: $key) }`,
  answer: z.object({ value: z.array(subscription).nullish() }),
};
const save: Operation<{ readonly set: { readonly result: boolean; readonly error?: string | null | undefined } }> = {
  document: `mutation ($input: SettingsStoreInput!) { set: setSettingsStoreValue(input: $input) { result error } }`,
  answer: z.object({ set: z.object({ result: z.boolean(), error: z.string().nullish() }) }),
};

/**
 * Webhooks of a shop that has the companion plugin. The secret is derived from the API key: a new key is a new secret.
 */
export function vendureHooks(client: VendureClient): DriverWebhooks {
  const secret = derivedSecret(client.secretKey, 'vendure');

  async function registered(signal: AbortSignal): Promise<readonly Registered[]> {
    const { value } = await client.query(subscriptions, { key: KEY }, signal).catch(withoutPlugin);
    return value ?? [];
  }

  async function write(value: readonly Registered[], signal: AbortSignal): Promise<void> {
    const { set } = await client.mutate(save, { input: { key: KEY, value } }, signal);
    if (!set.result)
      throw terminal(
        'SubscriptionRefused',
        `The store did not keep the webhook address: ${set.error ?? 'no reason given'}.`,
      );
  }

  return {
    read: (hook) => changedHook(secret, hook),
    async ensure(url, _feeds: readonly FeedType[], signal) {
      const before = await registered(signal);
      const there = before.some((known) => known.url === url && known.secret === secret);
      if (!there) await write([...before.filter((known) => known.url !== url), { url, secret }], signal);
      return { topics: [...TOPICS], repaired: !there };
    },
    async remove(url, signal) {
      const before = await registered(signal).catch((error: unknown) => {
        if (error instanceof DriverError && error.details.reason === 'NotSupported') return [];
        throw error;
      });
      const left = before.filter((known) => known.url !== url);
      if (left.length < before.length) await write(left, signal);
    },
  };
}

/**
 * "Settings store field not registered": no plugin. "Cannot query field getSettingsStoreValue": older than the settings
 * store.
 */
function withoutPlugin(error: unknown): never {
  if (error instanceof GraphqlError && /settings ?store/i.test(error.problem.message)) throw noPlugin();
  throw error;
}

function noPlugin(): DriverError {
  return terminal(
    'NotSupported',
    'The companion plugin (plugins/vendure) is not installed in the shop, so orders arrive by polling. Install it to receive them within a second.',
  );
}
