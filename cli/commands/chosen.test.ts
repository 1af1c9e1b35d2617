import { describe, expect, it } from '@jest/globals';
import { quickDoors } from '../../test/support/fake-target.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import { request } from './requests.ts';
import { switchConnections } from './switches.ts';

const connection = (namespace: string, name: string): Viewed => ({
  kind: 'Connection',
  metadata: { namespace, name },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: '' }] },
});

function cluster(all: Viewed[], home: string | undefined) {
  const written: string[] = [];
  const write = async ({ namespace, name }: { namespace?: string; name: string }) =>
    void written.push(`${namespace}/${name}`);
  const target: Target = {
    description: 'a cluster',
    home,
    list: async (_, namespace) =>
      all.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
    annotate: async (what, annotations) => {
      await write(what);
      const value = Object.values(annotations)[0];
      const at = all.findIndex(({ metadata }) => metadata.name === what.name && metadata.namespace === what.namespace);
      all[at] = { ...all[at]!, status: { ...all[at]!.status, lastHandledSyncRequest: value } };
    },
    setSwitch: write,
    hub: async () => ({ url: '', key: '' }),
    close: async () => undefined,
  };
  return { target, written };
}

const both = () => [connection('acme', 'shop'), connection('other', 'shop')];
const patience = { timeoutMs: 2000 };

describe('what a command writes to', () => {
  it('is the one of the namespace of the context, never the first of that name in any', async () => {
    const { target, written } = cluster(both(), 'other');
    await switchConnections(target, { names: ['shop'] }, false, patience, quickDoors());
    await request(target, { verb: 'sync', names: ['shop'], wait: true }, patience, quickDoors());
    expect(written).toEqual(['other/shop', 'other/shop']);
  });

  it('is not found beyond that namespace', async () => {
    const { target, written } = cluster([connection('acme', 'shop')], 'default');
    await expect(switchConnections(target, { names: ['shop'] }, false, patience, quickDoors())).rejects.toThrow(
      'Connection shop was not found in namespace default: name its namespace with -n',
    );
    expect(written).toEqual([]);
  });

  it('is refused where several have the name, before anything is written', async () => {
    const { target, written } = cluster([connection('acme', 'only'), ...both()], undefined);
    const names = ['only', 'shop'];
    const switched = switchConnections(target, { names, allNamespaces: true }, false, patience, quickDoors());
    await expect(switched).rejects.toThrow('there are several Connections "shop": acme/shop, other/shop');
    await expect(request(target, { verb: 'sync', names, wait: true }, patience, quickDoors())).rejects.toThrow(
      'name one with -n NAMESPACE',
    );
    expect(written).toEqual([]);
  });

  it('may be many by selector, each told with its namespace, and a summary', async () => {
    const { target, written } = cluster(both(), 'other');
    const doors = quickDoors();
    await switchConnections(target, { names: [], selector: 'a=b', allNamespaces: true }, true, patience, doors);
    expect(written).toEqual(['acme/shop', 'other/shop']);
    expect(doors.said).toEqual(['Connection acme/shop enabled', 'Connection other/shop enabled', '2 enabled']);
  });

  it('is nothing where no one has the labels, which is what is said', async () => {
    const { target } = cluster([], 'other');
    const switched = switchConnections(target, { names: [], selector: 'a=b' }, false, patience, quickDoors());
    await expect(switched).rejects.toThrow('no Connection has the labels a=b in namespace other');
  });

  it('is never everything', async () => {
    const { target } = cluster(both(), 'other');
    const error: unknown = await switchConnections(target, { names: [] }, false, patience, quickDoors()).catch(
      (e: unknown) => e,
    );
    expect(String(error)).toMatch(/name at least one Connection, or choose by -l/);
    expect(exitCodeOf(error)).toBe(2);
  });

  it('is not both of -n and -A', async () => {
    const { target } = cluster(both(), 'other');
    const options = { names: ['shop'], namespace: 'acme', allNamespaces: true };
    await expect(switchConnections(target, options, false, patience, quickDoors())).rejects.toThrow(
      '-n and -A exclude one another',
    );
  });
});
