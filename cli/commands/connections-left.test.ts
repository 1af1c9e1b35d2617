import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../kit/kube/errors.ts';
import { connectionsLeft } from './connections-left.ts';

const WHOSE = { installation: 'shops.supercargo' };

/** A cluster with these connections, by kind and namespace. */
const cluster = (items: Readonly<Record<string, readonly string[]>>) => {
  const asked: string[] = [];
  const list = async ({ kind }: { kind: string }, { namespace = '' }: { namespace?: string } = {}) => {
    asked.push(`${kind}/${namespace}`);
    const keys = Object.keys(items).filter(
      (key) => key === `${kind}/${namespace}` || (!namespace && key.startsWith(`${kind}/`)),
    );
    return {
      items: keys.flatMap((key) =>
        items[key]!.map((name) => ({
          metadata: { name, ...(kind === 'Connection' ? { namespace: key.split('/')[1] } : {}) },
        })),
      ),
    };
  };
  return { asked, client: { list } as unknown as Parameters<typeof connectionsLeft>[0] };
};

describe('before an uninstall', () => {
  it('nothing is said where no connection is left', async () => {
    expect(await connectionsLeft(cluster({}).client, [], WHOSE)).toBeUndefined();
  });

  it('those that are left are named, and both ways on', async () => {
    const { client } = cluster({ 'Connection/acme': ['shop', 'outlet'], 'ClusterConnection/': ['wide'] });
    const said = await connectionsLeft(client, [], WHOSE);
    expect(said).toMatch(/^3 connections are left: acme\/outlet, acme\/shop, wide\.\nNothing was uninstalled/);
    expect(said).toContain('without the operator their pods go on without a hub, and their deletion waits for ever');
    expect(said).toMatch(/kubectl delete connections,clusterconnections --all -A.*helm uninstall --no-hooks/);
    expect(said).toMatch(/To keep the release.*: helm rollback RELEASE REVISION/);
  });

  it('of many the first five are named, and the rest counted', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `shop-${String(index).padStart(2, '0')}`);
    expect(await connectionsLeft(cluster({ 'Connection/acme': names }).client, [], WHOSE)).toMatch(
      /^12 connections are left: acme\/shop-00, .*, acme\/shop-04 and 7 more\./,
    );
  });

  it('an installation of some namespaces asks for those alone: it may ask for no others', async () => {
    const { client, asked } = cluster({ 'Connection/acme': ['shop'], 'Connection/rivals': ['theirs'] });
    expect(await connectionsLeft(client, ['acme', 'other'], WHOSE)).toMatch(/^1 connection is left: acme\/shop\./);
    expect(asked).toEqual(['Connection/acme', 'Connection/other']);
    const said = await connectionsLeft(client, ['acme', 'other'], WHOSE);
    expect(said).toContain('(kubectl -n acme delete connections --all)');
    expect(said).not.toMatch(/-A|clusterconnections/);
  });

  it('a namespace that may not be read, as one that is gone, ends it with both ways on', async () => {
    const { client } = cluster({});
    const list = (kind: never, { namespace }: { namespace: string }) =>
      namespace === 'gone'
        ? Promise.reject(new ApiError('Forbidden', 403, 'connections is forbidden'))
        : client.list(kind, { namespace });
    await expect(connectionsLeft({ list } as unknown as typeof client, ['acme', 'gone'], WHOSE)).rejects.toThrow(
      /^nothing was uninstalled: namespace gone .* take it out of watchNamespaces first .* helm uninstall --no-hooks$/,
    );
    const down = () => Promise.reject(new ApiError('Other', 500, 'etcd is away'));
    await expect(connectionsLeft({ list: down }, ['acme'], WHOSE)).rejects.toThrow('etcd is away');
  });

  it('those of another installation are none of its: its own alone are to be deleted, as the shard asks for them', async () => {
    const of = (name: string, installation: string) => ({
      metadata: { name, namespace: 'acme' },
      status: { installation },
    });
    const selectors: unknown[] = [];
    const client = {
      list: async ({ kind }: { kind: string }, { labelSelector }: { labelSelector?: string } = {}) => {
        selectors.push(labelSelector);
        return { items: kind === 'Connection' ? [of('own', 'shops.supercargo'), of('theirs', 'two')] : [] };
      },
    } as unknown as Parameters<typeof connectionsLeft>[0];
    const said = await connectionsLeft(client, [], { ...WHOSE, selector: 'shard=a' });
    expect(said).toMatch(/^1 connection is left: acme\/own\./);
    expect(said).toContain('--field-selector status.installation=shops.supercargo -A');
    expect(selectors).toEqual(['shard=a', 'shard=a']);
    expect(await connectionsLeft(client, [], { installation: 'three' })).toBeUndefined();
  });
});
