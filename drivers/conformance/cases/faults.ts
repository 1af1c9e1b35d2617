import type { FaultName } from '../../../simulator/faults.ts';
import type { Poison } from '../../../simulator/shop/shop.ts';
import { DriverError, errorDetails, type UnreadableRecord } from '../../contract/index.ts';
import type { CanonicalRecord } from '../../../model/records.ts';
import type { ConformanceCase } from '../case.ts';
import { demand, NotConformant } from '../demand.ts';
import { demandAll, readAll, readGood } from '../read.ts';
import { never, thrownBy, type World } from '../world.ts';
import { allOrders, wantedOrders } from './reading.ts';

const MOST_RUNS = 12;

interface Story {
  readonly records: readonly CanonicalRecord[];
  readonly errors: readonly unknown[];
}

/** Runs until one ends well, each from where the one before came to. */
async function runs(world: World): Promise<Story> {
  const records: CanonicalRecord[] = [];
  const errors: unknown[] = [];
  let resume: string | undefined;
  for (let run = 0; run < MOST_RUNS; run++) {
    try {
      let ended = false;
      for await (const page of world.connect().read({ feed: 'OrderImport', pageSize: 4, signal: never(), resume })) {
        demand(
          (page.unreadable ?? []).length === 0,
          () => `${page.unreadable![0]!.recordId} is called unreadable because of a fault that passes`,
        );
        records.push(...page.records);
        ({ resume, end: ended } = page);
        demand(records.length <= 2000, 'reads and reads, and does not end');
      }
      demand(ended, 'a run ends without an error, and its last page does not say that it is the last');
      return { records, errors };
    } catch (error) {
      if (error instanceof NotConformant) throw error;
      errors.push(error);
    }
  }
  throw new NotConformant(`${MOST_RUNS} runs did not end well: ${errorDetails(errors.at(-1)).message}`);
}

interface Expected {
  readonly fault: FaultName;
  readonly what: string;
  readonly behaviours: readonly string[];
}

/** A fault in the middle of a reading: named, not repeated inside, and nothing lost when the next run goes on. */
const inTheMiddle = (id: string, { fault, what, behaviours }: Expected): ConformanceCase => ({
  id,
  needs: ['orders'],
  proves: `says of ${what} in the middle of a reading that it may pass, and goes on in the next run without a loss`,
  async run(open) {
    const world = open();
    world.http.onCall = (call) => {
      if (call === 3 || call === 6) world.store.faults.force(fault);
    };
    const { records, errors } = await runs(world);
    demand(errors.length > 0, `${what} is taken for an answer`);
    for (const error of errors) {
      demand(error instanceof DriverError, `${what} throws what is no DriverError: ${String(error)}`);
      const { behaviour, scope, reason } = error.details;
      demand(
        behaviours.includes(behaviour),
        `${what} is called ${behaviour} (${reason}), and should be ${behaviours.join(' or ')}`,
      );
      demand(scope === 'shop', `${what} is called the fault of the ${scope} (${reason}): it is the shop's`);
    }
    demandAll(records, wantedOrders(world), allOrders(world), `after ${what}`);
  },
});

const poisonCase = (id: string, kind: Poison, what: string): ConformanceCase => ({
  id,
  needs: ['orders'],
  proves: `sets aside ${what}, by its id and number, and goes on with the others`,
  async run(open) {
    const world = open();
    const bad = world.order('plain');
    world.store.shop.poisoned.set(bad.id, kind);
    const { records, unreadable } = await readAll(world.connect(), { feed: 'OrderImport', pageSize: 4 });
    demandAll(
      records,
      wantedOrders(world).filter((each) => each !== bad.id),
      allOrders(world).filter((each) => each !== bad.id),
      `beside ${what}`,
    );
    demandSetAside(unreadable, bad.id, bad.number, what);
  },
});

function demandSetAside(
  unreadable: readonly UnreadableRecord[],
  id: string,
  number: string | undefined,
  what: string,
): void {
  const found = unreadable.find(({ recordId }) => recordId === id);
  demand(found !== undefined, `${what} is neither given nor set aside`);
  demand(found.reason !== '' && found.message !== '', `${what} is set aside without a reason`);
  demand(
    number === undefined || found.number === number,
    `${what} is set aside without the number that people know it by`,
  );
  demand(found.raw !== undefined, `${what} is set aside without the record as the shop gave it`);
}

export const FAULTS_OF_SHOPS: readonly ConformanceCase[] = [
  inTheMiddle('C6.429', { fault: '429-storm', what: 'a shop that asks to wait', behaviours: ['waiting'] }),
  inTheMiddle('C6.5xx', { fault: '5xx', what: 'an error of the shop', behaviours: ['retry', 'waiting'] }),
  inTheMiddle('C6.reset', { fault: 'reset', what: 'a connection that breaks', behaviours: ['retry'] }),
  inTheMiddle('C6.truncated', { fault: 'truncated-json', what: 'half an answer', behaviours: ['retry'] }),
  inTheMiddle('C6.html', { fault: 'html-error', what: 'a web page with status 200', behaviours: ['retry', 'waiting'] }),
  {
    id: 'C6.no-repeats',
    needs: ['orders'],
    proves: 'repeats nothing by itself: the engine does, within the budget',
    async run(open) {
      for (const fault of ['5xx', '429-storm', 'reset'] as const) {
        const world = open();
        world.store.faults.force(fault);
        await thrownBy(
          () => readAll(world.connect(), { feed: 'OrderImport' }),
          `${fault} is taken for an answer, or repeated`,
        );
        demand(world.http.calls === 1, `after ${fault} the driver itself calls again (${world.http.calls} calls)`);
      }
    },
  },
  {
    id: 'C6.abort',
    needs: ['orders'],
    proves: 'stops when it is told to',
    async run(open) {
      const world = open();
      const stop = new AbortController();
      await thrownBy(
        () =>
          readAll(world.connect(), { feed: 'OrderImport', pageSize: 2, signal: stop.signal }, () => {
            stop.abort();
            return false;
          }),
        'a reading that is told to stop goes on to its end',
      );
      demand(world.http.calls <= 3, `a reading that is told to stop makes ${world.http.calls - 1} calls more`);
    },
  },
  {
    id: 'C6.last-page-again',
    needs: ['orders'],
    proves: 'comes to an end, or says that it cannot, where the shop gives the last page again and again',
    async run(open) {
      const world = open();
      world.store.faults.on('repeat-last-page');
      try {
        const { records } = await readAll(world.connect(), { feed: 'OrderImport', pageSize: 3 });
        demandAll(records, wantedOrders(world), allOrders(world), 'a shop that gives the last page again');
      } catch (error) {
        if (!(error instanceof DriverError)) throw error;
      }
    },
  },
  {
    id: 'C6.wrong-total',
    needs: ['orders', 'products'],
    proves: 'gives every record where the total that the shop announces is wrong',
    async run(open) {
      const world = open();
      world.store.faults.on('wrong-total');
      for (const pageSize of [1, 1, 1, 1, 2, 3, 100])
        demandAll(
          await readGood(world.connect(), { feed: 'OrderImport', pageSize }),
          wantedOrders(world),
          allOrders(world),
          'totals that are wrong',
        );
    },
  },
  {
    id: 'C6.new-fields',
    needs: ['orders', 'products'],
    proves: 'does not mind fields that it does not know',
    async run(open) {
      const world = open();
      world.store.faults.on('new-fields');
      demandAll(
        await readGood(world.connect(), { feed: 'OrderImport' }),
        wantedOrders(world),
        allOrders(world),
        'answers with fields of a later release',
      );
      await readGood(world.connect(), { feed: 'ProductImport' });
    },
  },
  poisonCase('C6.poisoned', 'shape', 'an order of a shape that nobody can read'),
  poisonCase('C6.amount', 'amount', 'an order with an amount that is none: it never becomes 0'),
  {
    id: 'C6.poisoned-product',
    needs: ['products'],
    proves: 'sets aside a product that cannot be read, and goes on with the others',
    async run(open) {
      for (const kind of ['shape', 'amount'] as const) {
        const world = open();
        const { id } = world.product('plain');
        world.store.shop.poisoned.set(id, kind);
        const { records, unreadable } = await readAll(world.connect(), { feed: 'ProductImport', pageSize: 4 });
        const others = [...world.showcase.products.values()].filter((each) => each !== id);
        demandAll(records, others, others, 'beside a product that cannot be read');
        demandSetAside(unreadable, id, undefined, `a product with a bad ${kind}`);
      }
    },
  },
  {
    id: 'C7.unknown-status',
    needs: ['orders'],
    proves: 'guesses nothing of a state that it does not know: the order is set aside, neither given nor dropped',
    run: (open, subject) => poisonCase('', 'state', 'an order in a state that no list names').run(open, subject),
  },
];
