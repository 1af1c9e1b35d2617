import { describe, expect, it } from '@jest/globals';
import { data, refusal, scriptedHttp, type Answer } from '../../test/stores/vendure/scripted-http.ts';
import { DriverError } from '../contract/index.ts';
import { VendureClient } from './client.ts';
import { vendureHooks } from './hooks.ts';

const never = new AbortController().signal;
const url = 'https://hub.example.com/hooks/v1/1/t';

function hooksOf(answer: () => Answer) {
  const http = scriptedHttp(answer);
  return {
    http,
    hooks: vendureHooks(new VendureClient(http, { apiKey: 'k' }, { url: 'https://shop.example.com/admin-api' })),
  };
}

const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => (error as DriverError).details.reason,
  );

describe('webhooks of a shop', () => {
  it.each<[string, Answer]>([
    [
      'is not installed in the shop',
      refusal('Settings store field not registered: supercargo.webhooks', undefined, 'value'),
    ],
    [
      'is older than the settings store',
      refusal('Cannot query field "getSettingsStoreValue" on type "Query".', 'GRAPHQL_VALIDATION_FAILED'),
    ],
  ])('that %s are not supported, and nothing is left to take back', async (_what, answer) => {
    const { hooks } = hooksOf(() => answer);
    expect(await reasonOf(hooks.ensure(url, ['OrderImport'], never))).toBe('NotSupported');
    expect(await reasonOf(hooks.remove(url, never))).toBe('none');
  });

  it('whose key may not read the settings fail with that, not as "no plugin"', async () => {
    const { hooks } = hooksOf(() =>
      refusal('You are not currently authorized to perform this action', 'FORBIDDEN', 'value'),
    );
    expect(await reasonOf(hooks.ensure(url, ['OrderImport'], never))).toBe('NotAuthorized');
    expect(await reasonOf(hooks.remove(url, never))).toBe('NotAuthorized');
  });

  it('leave the addresses of others alone', async () => {
    const other = { url: 'https://other.example.com', secret: 'whsec_x' };
    const { http, hooks } = hooksOf(() => data({ value: [other], set: { result: true } }));
    await hooks.ensure(url, ['OrderImport'], never);
    expect(http.asked.at(-1)?.variables).toMatchObject({ input: { value: [other, { url }] } });
  });
});
