import { z } from 'zod';
import { FEED_TYPES, isImport, type FeedType } from '../../../model/feeds.ts';
import { DriverError, type CheckReport } from '../../contract/index.ts';
import type { ConformanceCase } from '../case.ts';
import { demand } from '../demand.ts';
import { readAll } from '../read.ts';
import { never, thrownBy, type Connection, type World } from '../world.ts';

const READ: readonly FeedType[] = [
  'DataModelSync',
  'SupplierImport',
  'ProductImport',
  'ProductUpdate',
  'StockImport',
  'OrderImport',
  'OrderUpdate',
];

async function check(
  world: World,
  connection: Connection = {},
  feeds: readonly FeedType[] = world.feeds(...FEED_TYPES),
): Promise<CheckReport> {
  try {
    return await world.connect(connection).check(feeds, never());
  } catch (error) {
    // A network failure may be thrown: it becomes Reachable=False.
    demand(error instanceof DriverError, `check throws what is no DriverError: ${String(error)}`);
    const { behaviour, reason, message } = error.details;
    return {
      reachable: { status: behaviour === 'waiting' ? 'Unknown' : 'False', reason, message },
      credential: { status: 'Unknown', reason: 'NotChecked', message: '' },
    };
  }
}

const states = ({ reachable, credential }: CheckReport): string =>
  `reachable ${reachable.status} (${reachable.reason}), credential ${credential.status} (${credential.reason})`;

export const CHECKING: readonly ConformanceCase[] = [
  {
    id: 'C1.schemas',
    needs: [],
    proves:
      "takes the platform's key and settings, names a setting that is misspelt and lets pass a key of the Secret that it does not know",
    async run(_open, { definition: { credential, settings }, wire: { subject } }) {
      const [secret, given] = [subject.credential('good'), subject.settings('https://shop.example/api')];
      demand(
        credential.safeParse({ ...secret, ofAnotherProgram: 'x' }).success,
        'a Secret with one key more is refused: Secrets are often shared',
      );
      demand(!credential.safeParse({}).success, 'an empty Secret is taken');
      demand(settings.safeParse(given).success, 'the settings of the platform are refused');
      demand(!settings.safeParse({ ...given, urll: 'x' }).success, 'a misspelt setting is taken without a word');
      for (const schema of [credential, settings])
        demand(
          typeof z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) === 'object',
          'a schema has no JSON Schema',
        );
    },
  },
  {
    id: 'C1.manifest',
    needs: [],
    proves: 'has a manifest that the engine can go by',
    async run(open, { definition: { manifest } }) {
      const { feeds } = open().connect();
      const types = manifest.feeds.map(({ type }) => type);
      demand(new Set(types).size === types.length, 'a feed is in the manifest twice');
      demand(manifest.hosts.length > 0, 'the manifest names no hosts: nothing could be asked');
      for (const { type, maxPageSize, cursor } of manifest.feeds) {
        demand(Number.isInteger(maxPageSize) && maxPageSize > 0, `${type} has no page size`);
        demand(type.endsWith('Export') || cursor !== undefined, `${type} says nothing of its cursor`);
        demand(
          cursor?.kind !== 'queue' || (isImport(type) && feeds[type]?.acknowledge !== undefined),
          `${type} is a queue, and has no acknowledge: it would hand out the same for ever`,
        );
        demand(
          (cursor?.undetectedChanges ?? []).length === 0 || cursor?.fallback !== undefined,
          `${type} is blind to changes and says no second way`,
        );
      }
    },
  },
  {
    id: 'C1.hosts',
    needs: [],
    proves: 'asks no host but those of its manifest, where a shop redirects it, too',
    async run(open) {
      const world = open();
      await check(world);
      for (const feed of world.feeds(...READ)) await readAll(world.connect(), { feed });
      world.store.faults.on('redirect');
      await check(world);
      for (const feed of world.feeds(...READ))
        await thrownBy(
          () => readAll(world.connect(), { feed }),
          `${feed}: a redirect to another host is taken for an answer`,
        );
    },
  },
  {
    id: 'C2.good',
    needs: [],
    proves: 'accepts a good key',
    async run(open) {
      const report = await check(open());
      demand(
        report.reachable.status === 'True' && report.credential.status === 'True',
        `a good key: ${states(report)}`,
      );
    },
  },
  {
    id: 'C2.shop',
    needs: [],
    proves: 'says which shop it is: two connections of one shop are found by it',
    async run(open) {
      const { shop } = await check(open());
      demand(shop?.id !== undefined && shop.id !== '', 'the report of a check does not say which shop it is');
      demand(shop.id === (await check(open())).shop?.id, 'two checks of one shop name two shops');
    },
  },
  {
    id: 'C2.wrong-key',
    needs: [],
    proves: 'reaches the shop and says that the key is refused',
    async run(open) {
      const report = await check(open(), { key: 'no-such-key' });
      demand(
        report.reachable.status === 'True' && report.credential.status === 'False',
        `a wrong key: ${states(report)}`,
      );
    },
  },
  {
    id: 'C2.wrong-url',
    needs: [],
    proves: 'says of a wrong address that the shop is not there, and nothing of the key',
    async run(open) {
      const world = open();
      const report = await check(world, { url: `${new URL(world.url).origin}/somewhere/else` });
      demand(
        report.reachable.status === 'False' && report.credential.status === 'Unknown',
        `a wrong address: ${states(report)}`,
      );
    },
  },
  {
    id: 'C2.permission',
    needs: ['orders'],
    proves: 'names the permission that a key lacks',
    async run(open, { wire }) {
      const world = open();
      world.keyWithout('narrow', 'orders:read');
      const report = await check(world, { key: 'narrow' });
      demand(
        report.reachable.status === 'True' && report.credential.status === 'False',
        `a key that may not read orders: ${states(report)}`,
      );
      const word = wire.subject.permissionWord('orders:read');
      demand(
        report.credential.message.includes(word),
        `a key that lacks ${word}: the message does not name it: ${report.credential.message}`,
      );
      demand(
        report.credential.reason !== (await check(world, { key: 'no-such-key' })).credential.reason,
        'a key that lacks a permission has the reason of one that is refused',
      );
    },
  },
  {
    id: 'C2.permission-write',
    needs: ['writeStock'],
    proves: 'knows at the check, not at the first write, that a key may not set stock',
    async run(open) {
      const world = open();
      world.keyWithout('narrow', 'stock:write');
      demand(
        (await check(world, { key: 'narrow' }, ['StockExport'])).credential.status === 'False',
        'a key that may not set stock is accepted for StockExport',
      );
    },
  },
  {
    id: 'C2.permission-enough',
    needs: ['orders', 'products'],
    proves: 'asks for no permission that the given feeds do not need',
    async run(open) {
      const world = open();
      world.keyWithout('narrow', 'orders:read', 'shipments:write', 'stock:write');
      const report = await check(world, { key: 'narrow' }, ['ProductImport']);
      demand(
        report.credential.status === 'True',
        `a key that may read products is refused for ProductImport: ${report.credential.message}`,
      );
    },
  },
  ...(
    [
      ['C2.html', 'html-error', 'a web page with status 200'],
      ['C2.redirect', 'redirect', 'a redirect to another host'],
      ['C2.5xx', '5xx', 'an error of the shop'],
      ['C2.429', '429-storm', 'a shop that asks to wait'],
      ['C2.reset', 'reset', 'a connection that breaks'],
      ['C2.truncated', 'truncated-json', 'half an answer'],
    ] as const
  ).map(([id, fault, what]): ConformanceCase => ({
    id,
    needs: [],
    proves: `takes ${what} for no good answer, and blames no key for it`,
    async run(open) {
      const world = open();
      world.store.faults.on(fault);
      const report = await check(world);
      demand(
        report.reachable.status !== 'True' && report.credential.status === 'Unknown',
        `${what}: ${states(report)}`,
      );
      demand(
        fault !== '429-storm' || report.reachable.status === 'Unknown',
        'a shop that asks to wait is called unreachable',
      );
    },
  })),
  {
    id: 'C2.no-writes',
    needs: [],
    proves: 'changes nothing when it checks',
    async run(open) {
      const world = open();
      await check(world);
      demand(world.http.writes === 0, 'a check calls http.write');
    },
  },
  {
    id: 'C2.no-secrets',
    needs: [],
    proves: 'never shows a key in a message',
    async run(open) {
      const world = open();
      const key = 'secret-of-a-shop-0815';
      const said: unknown[] = [await check(world, { key })];
      for (const feed of world.feeds(...READ))
        said.push(await thrownBy(() => readAll(world.connect({ key }), { feed }), `${feed}: a wrong key is taken`));
      const text = said.map((each) => (each instanceof Error ? each.message : JSON.stringify(each))).join('\n');
      demand(!text.includes(key), 'a message shows the key');
    },
  },
];
