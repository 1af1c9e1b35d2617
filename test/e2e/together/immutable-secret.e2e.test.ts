import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { strictNamespace } from '../../cluster-demo/install.ts';
import { waitFor } from '../../demo/steps.ts';
import { connectE2e, Shop, shopObjects, type E2e } from '../context.ts';
import { startPlatform, type Platform } from '../platform.ts';

jest.setTimeout(240_000);

/** What docs/operating.md says of a Secret with `immutable: true`, in "Conditions and reasons". */
describe('a Secret that is immutable', () => {
  let e2e: E2e;
  let platform: Platform;
  let shop: Shop;

  const held = (name: string, stringData: Readonly<Record<string, string>>) => ({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name }, immutable: true, stringData },
  });
  const ours = (...command: string[]) => e2e.kubectl.run(...command, '--namespace', shop.namespace);

  beforeAll(async () => {
    e2e = await connectE2e();
    platform = await startPlatform(e2e, { driver: 'generic', name: 'e2e-immutable' });
    const { url, settings, secret } = platform;
    shop = new Shop(e2e, {
      ...{ namespace: 'e2e-immutable', driver: 'generic', url, settings },
      ...{ secret: Object.fromEntries(Object.keys(secret).map((key) => [key, 'not-the-key'])), feeds: {} },
    });
    const [first, ...rest] = shopObjects(shop.options);
    await e2e.kubectl.apply(strictNamespace(shop.namespace));
    await e2e.kubectl.apply([{ ...first, immutable: true }, ...rest], shop.namespace);
    await shop.until('connections', 'shop', 'CredentialValid', 'False (KeyRefused)');
  });
  afterAll(async () => {
    await shop?.remove();
    await platform?.close();
  });

  /** The one pod that is not about to go, once its container runs. */
  async function podStartedAt(besides: string): Promise<number> {
    return waitFor('the next pod', 90_000, async () => {
      const pods = await e2e.kubectl.list<Pod>('pods', shop.namespace);
      const next = pods.find(({ metadata }) => metadata.name !== besides && !metadata.deletionTimestamp);
      const startedAt = next?.status?.containerStatuses?.[0]?.state?.running?.startedAt;
      return startedAt === undefined ? undefined : Date.parse(startedAt);
    });
  }

  it('that was made anew under its name does not reach the pod after the one that is deleted', async () => {
    const [before] = await e2e.kubectl.list<Pod>('pods', shop.namespace);
    await ours('delete', 'secret', 'shop-key');
    await e2e.kubectl.apply([held('shop-key', platform.secret)], shop.namespace);
    await ours('delete', 'pod', before!.metadata.name, '--wait=false');
    const startedAt = await podStartedAt(before!.metadata.name);
    await waitFor('its look at the shop', 60_000, async () => {
      const checked = (await shop.get('connections', 'shop'))?.status?.['lastCheckedAt'];
      return typeof checked === 'string' && Date.parse(checked) >= startedAt ? true : undefined;
    });
    // Should a kubelet ever bring it, the page has to say so.
    expect(await shop.condition('connections', 'shop', 'CredentialValid')).toMatch(/^False \(KeyRefused\)/);
  });

  it('is taken under another name', async () => {
    await e2e.kubectl.apply([held('shop-key-2', platform.secret)], shop.namespace);
    await shop.patch('credential', 'shop', { secretRef: { name: 'shop-key-2' } });
    await shop.until('connections', 'shop', 'CredentialValid', 'True');
    await shop.until('connections', 'shop', 'Ready', 'True');
  });
});

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly containerStatuses?: readonly { readonly state: { readonly running?: { readonly startedAt: string } } }[];
  };
}
