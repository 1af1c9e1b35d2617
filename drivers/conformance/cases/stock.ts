import type { FaultName } from '../../../simulator/faults.ts';
import { addProduct } from '../../../simulator/shop/generate.ts';
import { levelKey, type Level } from '../../../simulator/shop/model.ts';
import {
  DriverError,
  errorDetails,
  HeldWrite,
  shownBody,
  type Driver,
  type StockWrite,
  type WriteResult,
} from '../../contract/index.ts';
import type { ConformanceCase } from '../case.ts';
import { demand } from '../demand.ts';
import { never, thrownBy, type World } from '../world.ts';

export const levelsAt = (world: World, locationId = 'main'): Level[] =>
  world.store.truth.levels().filter((level) => level.locationId === locationId && level.sku !== 'SKU-TWIN');

const entry = (level: Level, entryId: string, quantity: number, more: Partial<StockWrite> = {}): StockWrite => ({
  variantId: level.variantId,
  sku: level.sku,
  locationId: level.locationId,
  entryId,
  quantity,
  available: quantity,
  ...more,
});

/** Results of a write, which has exactly one for each entry. */
export function demandResults(
  results: readonly WriteResult[],
  entries: readonly { readonly entryId: string }[],
): Map<string, WriteResult> {
  const given = results.map(({ entryId }) => entryId).sort();
  const wanted = entries.map(({ entryId }) => entryId).sort();
  demand(
    JSON.stringify(given) === JSON.stringify(wanted),
    `a write of entries ${wanted.slice(0, 5).join(', ')} gives results for ${given.slice(0, 5).join(', ') || 'none'}`,
  );
  return new Map(results.map((result) => [result.entryId, result]));
}

/** As the engine does: what the shop has taken and does later is asked for until it is done. */
async function write(driver: Driver, entries: readonly StockWrite[]): Promise<Map<string, WriteResult>> {
  const results = demandResults(await driver.writeStock!(entries, never()), entries);
  for (let times = 0; ; times++) {
    const open = [...results.values()].filter((result) => result.outcome === 'Submitted');
    if (open.length === 0) return results;
    const settle = driver.feeds.StockExport?.settle;
    demand(settle !== undefined, 'a level is called Submitted, and the feed has no settle to ask what became of it');
    demand(times < MOST_ASKED, `a level is Submitted, and still is after it was asked for ${MOST_ASKED} times`);
    for (const result of await settle(open, never())) {
      demand(
        results.get(result.entryId)?.outcome === 'Submitted',
        'settle tells of an entry that it was not asked for',
      );
      results.set(result.entryId, result);
    }
  }
}

/** No shop takes longer in the suite. */
const MOST_ASKED = 20;

/**
 * What became of a write that the shop did not do: thrown, or said of each entry; never done, never refused for good.
 */
export async function demandNotDone(
  work: () => Promise<readonly WriteResult[]>,
  what: string,
  scope?: 'credential',
  word = '',
): Promise<void> {
  let results: readonly WriteResult[];
  try {
    results = await work();
  } catch (error) {
    demand(error instanceof DriverError, `${what} throws what is no DriverError: ${String(error)}`);
    demand(
      scope === undefined || error.details.scope === scope,
      `${what} is called the fault of the ${error.details.scope}: it is the ${scope}'s`,
    );
    demand(error.message.includes(word), `${what}: the message does not name ${word}: ${error.message}`);
    return;
  }
  for (const result of results) {
    demand(result.outcome === 'Retry', `${what}: the entry is called ${result.outcome}, and nothing is wrong with it`);
    demand(
      scope === undefined || result.scope === scope,
      `${what} is called the fault of the ${result.scope ?? 'record'}: it is the ${scope}'s`,
    );
    demand(result.message.includes(word), `${what}: the message does not name ${word}: ${result.message}`);
  }
}

const failing = (id: string, fault: FaultName, what: string): ConformanceCase => ({
  id,
  needs: ['writeStock'],
  proves: `never says that a level was set where ${what}`,
  async run(open) {
    const world = open();
    world.store.faults.on(fault);
    const [level] = levelsAt(world);
    await demandNotDone(() => world.connect().writeStock!([entry(level!, '1', 77)], never()), what);
    demand(world.store.truth.effects.length === 0, 'a level was set all the same');
  },
});

export const STOCK: readonly ConformanceCase[] = [
  {
    id: 'C8.stock-value',
    needs: ['writeStock'],
    proves: 'sets the level that it is told, at the place that it is told, and no other',
    async run(open) {
      const world = open();
      const before = new Map(
        world.store.truth.levels().map((level) => [levelKey(level.variantId, level.locationId), level.onHand]),
      );
      const first = levelsAt(world)[0]!;
      // A platform may count in one place only.
      const second = (levelsAt(world, 'shop')[1] ?? levelsAt(world)[1])!;
      const results = await write(world.connect(), [entry(first, '1', 41), entry(second, '2', 0)]);
      for (const { outcome, entryId } of results.values())
        demand(outcome === 'Applied', `entry ${entryId} is ${outcome}`);
      before.set(levelKey(first.variantId, first.locationId), 41).set(levelKey(second.variantId, second.locationId), 0);
      for (const [key, quantity] of before) {
        const there = world.store.shop.levels.get(key)?.onHand;
        demand(there === quantity, `the shop has ${there} of ${key}, and should have ${quantity}`);
      }
    },
  },
  {
    id: 'C8.stock-meaning',
    needs: ['writeStock'],
    proves: 'sets of the two numbers of a level that which the shop counts, as its manifest says',
    async run(open, { definition }) {
      const world = open();
      const says = definition.manifest.feeds.find(({ type }) => type === 'StockExport')?.stock;
      demand(says !== undefined, 'its manifest does not say what the shop counts (`stock` of StockExport)');
      const [first] = levelsAt(world);
      const level = { ...first!, allocated: 3 };
      world.store.shop.levels.set(levelKey(level.variantId, level.locationId), level);
      await write(world.connect(), [entry(level, '1', 41, { available: 30 })]);
      const [there, wanted] = says === 'onHand' ? [level.onHand, 41] : [level.onHand - level.allocated, 30];
      demand(
        there === wanted,
        `41 are on hand, 30 can be sold, the shop counts what ${says === 'onHand' ? 'is on hand' : 'can be sold'}, and has ${there} of that`,
      );
    },
  },
  {
    id: 'C8.stock-per-item',
    needs: ['writeStock'],
    proves: 'gives each level a result of its own: one that is unknown does not hold back the others',
    async run(open) {
      const world = open();
      const [first, second] = levelsAt(world);
      const results = await write(world.connect(), [
        entry(first!, '1', 11),
        { ...entry(first!, '2', 5), variantId: 'no-such-variant', sku: 'NONE' },
        entry(second!, '3', 12),
        { ...entry(first!, '4', 5), locationId: 'no-such-place' },
      ]);
      const outcomes = ['1', '2', '3', '4'].map((id) => results.get(id)?.outcome).join(' ');
      demand(
        outcomes === 'Applied Rejected Applied Rejected',
        `two good levels, an unknown variant and an unknown place are ${outcomes}`,
      );
      demand(second!.onHand === 12, 'the level behind one that is unknown was not set');
    },
  },
  {
    id: 'C8.stock-partial',
    needs: ['writeStock'],
    proves: 'says of a level that the shop failed to set that it is to be tried again, of that one alone',
    async run(open) {
      const world = open();
      const [first, second] = levelsAt(world);
      const wanted = [entry(first!, '1', first!.onHand + 7), entry(second!, '2', second!.onHand + 7)];
      world.store.faults.force('partial-batch');
      const results = await write(world.connect(), wanted);
      for (const { entryId, variantId, locationId, quantity } of wanted) {
        const there = world.store.shop.levels.get(levelKey(variantId, locationId))!.onHand === quantity;
        const outcome = results.get(entryId)?.outcome;
        demand(
          there ? outcome === 'Applied' : outcome === 'Retry',
          `a level that was ${there ? '' : 'not '}set is called ${outcome}`,
        );
      }
      demand(
        [...results.values()].some(({ outcome }) => outcome === 'Retry'),
        'a level that the shop failed to set is not to be tried again',
      );
    },
  },
  {
    id: 'C8.stock-many',
    needs: ['writeStock'],
    proves: 'sets more levels at once than the shop takes in one call, each once',
    async run(open) {
      const world = open();
      for (let count = 0; count < 60; count++) addProduct(world.store.shop, world.random);
      const levels = world.store.truth.levels();
      const entries = levels.map((level, index) => entry(level, String(index), index));
      const results = await write(world.connect(), entries);
      demand(
        [...results.values()].every(({ outcome }) => outcome === 'Applied'),
        'of many good levels some are not set',
      );
      demand(
        world.store.truth.effects.length === entries.length,
        `${entries.length} levels were to be set, ${world.store.truth.effects.length} were`,
      );
    },
  },
  {
    id: 'C8.stock-lost-answer',
    needs: ['writeStock'],
    proves: 'acts once where an answer is lost and the same level comes again: a sale made since is not undone',
    async run(open) {
      const world = open();
      const [level] = levelsAt(world);
      const send = () => world.connect().writeStock!([entry(level!, '7', 21)], never());
      world.store.faults.force('lost-ack');
      await demandNotDone(send, 'a write whose answer is lost');
      // A shop that sets levels later has done so before it sells one.
      world.store.tick(10);
      level!.onHand -= 1;
      const [again] = (await write(world.connect(), [entry(level!, '7', 21)])).values();
      demand(
        again?.outcome === 'AlreadyApplied' || again?.outcome === 'Applied',
        `the level that came again is ${again?.outcome}`,
      );
      demand(
        level!.onHand === 20,
        `21 were set, one was sold, the same write came again, and the shop has ${level!.onHand}`,
      );
    },
  },
  {
    id: 'C8.stock-changed',
    needs: ['writeStock'],
    proves: 'does not set a level that is another at the shop than was expected',
    async run(open) {
      const world = open();
      const [level] = levelsAt(world);
      const there = level!.onHand;
      const [result] = [...(await write(world.connect(), [entry(level!, '1', 5, { expected: there + 3 })])).values()];
      demand(
        result!.outcome === 'Retry' && level!.onHand === there,
        `the shop had another level than was expected, and the entry is ${result!.outcome}`,
      );
    },
  },
  failing('C8.stock-5xx', '5xx', 'the shop has an error'),
  failing('C8.stock-429', '429-storm', 'the shop asks to wait'),
  failing('C8.stock-html', 'html-error', 'a web page with status 200 comes back'),
  failing('C8.stock-reset', 'reset', 'the connection breaks'),
  {
    id: 'C8.test-mode-stock',
    needs: ['writeStock'],
    proves: 'sets nothing in Test mode, and lets see what it would have sent',
    async run(open) {
      const world = open();
      const [level] = levelsAt(world);
      const thrown = await thrownBy(
        () => world.connect({ testMode: true }).writeStock!([entry(level!, '1', 4711)], never()),
        'in Test mode a write of stock says that it is done',
      );
      demand(
        thrown instanceof HeldWrite,
        `in Test mode HeldWrite must pass, and this is thrown: ${errorDetails(thrown).message}`,
      );
      demand(world.store.truth.effects.length === 0, 'in Test mode a level is set');
      demand(
        world.held.some((request) => `${request.url} ${shownBody(request) ?? ''}`.includes('4711')),
        'what would have been sent does not show the level',
      );
    },
  },
  {
    id: 'C8.submitted',
    needs: ['writeStock'],
    proves: 'says in the end what became of a level that the shop has taken and does later',
    async run(open) {
      const world = open();
      const [level] = levelsAt(world);
      const { outcome } = (await write(world.connect(), [entry(level!, '1', 4711)])).get('1')!;
      demand(outcome === 'Applied' || outcome === 'AlreadyApplied', `a level is called ${outcome} in the end`);
      const now = world.store.truth
        .levels()
        .find((each) => each.sku === level!.sku && each.variantId === level!.variantId);
      demand(now?.onHand === 4711, 'a level is called done, and is not what was written');
    },
  },
  {
    id: 'C8.ticket-lost',
    needs: ['writeStock', 'tickets'],
    proves: 'tries again a level that the shop took and lost',
    async run(open) {
      const world = open();
      const [level] = levelsAt(world);
      world.store.faults.force('lost-ticket');
      await demandNotDone(
        async () => [...(await write(world.connect(), [entry(level!, '1', 5)])).values()],
        'a level that the shop took and lost',
      );
    },
  },
  {
    id: 'C8.refused-key',
    needs: ['writeStock'],
    proves:
      'rejects no level because a key is refused, and names the permission that it lacks: what waits goes out once the key is good',
    async run(open, { wire }) {
      const world = open();
      const [level] = levelsAt(world);
      await demandNotDone(
        () => world.connect({ key: 'no-such-key' }).writeStock!([entry(level!, '1', 5)], never()),
        'a refused key',
        'credential',
      );
      world.keyWithout('narrow', 'stock:write');
      await demandNotDone(
        () => world.connect({ key: 'narrow' }).writeStock!([entry(level!, '1', 5)], never()),
        'a key that may not set stock',
        'credential',
        wire.subject.permissionWord('stock:write'),
      );
    },
  },
];
