import { expect, it } from '@jest/globals';
import { memoryVault, type ShopRequest } from '../../drivers/contract/index.ts';
import { watchedVaults } from './discreet-driver.ts';
import { Secrets } from './secrets.ts';
import { storeWords } from './store-words.ts';
import { watchedHttp } from './watched-http.ts';

const KEY = 's3cret-of-the-shop';

it('a credential is known for as long as it is used, however many tokens have come and gone since', async () => {
  const secrets = new Secrets();
  secrets.add({ clientId: 'client-of-shop', clientSecret: KEY });
  const vaults = watchedVaults({ ...memoryVault(), scoped: () => memoryVault() }, secrets);
  for (let hour = 0; hour < 500; hour++)
    await vaults.replace(hour, {
      values: { accessToken: `access-token-${hour}`, refreshToken: `refresh-token-${hour}` },
    });
  const said = storeWords(`bearer ${KEY}, access-token-499, refresh-token-498`, secrets);
  expect(said).toBe('bearer [credential], [credential], [credential]');
});

it('what a driver sends by the name of a secret is one from then on, without its driver saying so', async () => {
  const secrets = new Secrets();
  const sent: ShopRequest[] = [];
  const take = async (request: ShopRequest) => (sent.push(request), {} as never);
  const http = watchedHttp({ read: take, write: take, observe: () => undefined }, secrets);
  const body = (value: object) =>
    ({ method: 'POST', url: 'https://shop.example', body: JSON.stringify(value) }) as const;
  await http.write(body({ url: 'https://hub.example/hook', secret: 'whsec_of/the+hook=' }));
  await http.read(body({ variables: { input: { apiSecretKey: 'quoted"second-one' } }, client_secret: 'third-one' }));
  await http.write(body({ pageToken: 'no-secret-at-all', note: 'a "secret": "of a friend"' }));
  expect(sent).toHaveLength(3);
  expect(storeWords('whsec_of/the+hook= quoted"second-one third-one no-secret-at-all', secrets)).toBe(
    '[credential] [credential] [credential] no-secret-at-all',
  );
});
