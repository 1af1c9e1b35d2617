import { DriverError, memoryVault } from '../../contract/index.ts';
import type { ConformanceCase } from '../case.ts';
import { demand } from '../demand.ts';
import { demandAll, readAll, readGood } from '../read.ts';
import { thrownBy, type Connection, type World } from '../world.ts';
import { allOrders, wantedOrders } from './reading.ts';

/**
 * Reads orders while the key goes bad after the first page; what is thrown must be the credential's, and calls must
 * stop.
 */
async function goesBad(world: World, connection: Connection, spoil: () => void): Promise<DriverError> {
  let calls = 0;
  const error = await thrownBy(
    () =>
      readAll(world.connect(connection), { feed: 'OrderImport', pageSize: 2 }, (pages) => {
        if (pages === 1) {
          spoil();
          calls = world.http.calls;
        }
        return false;
      }),
    'a key that goes bad in the middle of a reading is not noticed',
  );
  demand(error instanceof DriverError, `a key that goes bad throws what is no DriverError: ${String(error)}`);
  const { behaviour, scope, reason } = error.details;
  demand(
    behaviour === 'terminal' && scope === 'credential',
    `a key that goes bad is called ${behaviour}, the fault of the ${scope} (${reason}): a person must act, and it is the credential's`,
  );
  demand(world.http.calls - calls <= 3, `a refused key is tried ${world.http.calls - calls} times`);
  return error;
}

export const KEYS: readonly ConformanceCase[] = [
  {
    id: 'C9.revoked',
    needs: ['orders'],
    proves: 'says once that a key was taken back in the middle of a reading, and asks no more',
    async run(open) {
      const world = open();
      world.key('short');
      await goesBad(world, { key: 'short' }, () => void world.store.keys.fixed.delete('short'));
    },
  },
  {
    id: 'C9.permission-lost',
    needs: ['orders'],
    proves: 'names the permission that a key lost in the middle of a reading',
    async run(open, { wire }) {
      const world = open();
      world.key('short');
      const error = await goesBad(world, { key: 'short' }, () => world.keyWithout('short', 'orders:read'));
      const word = wire.subject.permissionWord('orders:read');
      demand(error.message.includes(word), `a key that lacks ${word}: the message does not name it: ${error.message}`);
    },
  },
  {
    id: 'C9.token-ends',
    needs: ['orders', 'clients'],
    proves: 'gets another access token where one ends in the middle of a reading, and loses nothing',
    async run(open) {
      const world = open();
      const { records } = await readAll(
        world.connect({ vault: memoryVault() }),
        { feed: 'OrderImport', pageSize: 3 },
        (pages) => {
          if (pages % 3 === 0) world.store.keys.expireAll();
          return false;
        },
      );
      demandAll(records, wantedOrders(world), allOrders(world), 'while access tokens end');
    },
  },
  {
    id: 'C9.token-shared',
    needs: ['orders', 'clients'],
    proves: 'shares tokens that rotate with another pod: neither shuts the other out',
    async run(open) {
      const world = open();
      world.store.faults.on('token-rotation');
      const vault = memoryVault();
      const [one, other] = [world.connect({ vault }), world.connect({ vault })];
      for (let round = 0; round < 4; round++) {
        await Promise.all([one, other].map((driver) => readGood(driver, { feed: 'OrderImport', pageSize: 20 })));
        world.clock.advance(2 * 3_600_000);
      }
    },
  },
  {
    id: 'C9.token-kept',
    needs: ['orders', 'clients'],
    proves: 'keeps tokens in the vault: a pod that starts anew asks for none while one is good',
    async run(open) {
      const world = open();
      const vault = memoryVault();
      for (let start = 0; start < 3; start++) await readGood(world.connect({ vault }), { feed: 'OrderImport' });
      demand(world.store.keys.granted === 1, `three starts within an hour ask for ${world.store.keys.granted} tokens`);
    },
  },
  {
    id: 'C9.reauthorize',
    needs: ['orders', 'clients'],
    proves: 'says that a person must authorise anew where the refresh token is not good any more',
    async run(open) {
      const world = open();
      const vault = memoryVault();
      await goesBad(world, { vault }, () => world.store.keys.revokeAll());
    },
  },
];
