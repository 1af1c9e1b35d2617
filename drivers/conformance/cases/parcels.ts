import { shippedOf, wantedOf, type Parcel, type ShopOrder } from '../../../simulator/shop/model.ts';
import {
  errorDetails,
  HeldWrite,
  shownBody,
  type Driver,
  type ShipmentWrite,
  type WriteResult,
} from '../../contract/index.ts';
import type { ConformanceCase } from '../case.ts';
import { demand, demandSame } from '../demand.ts';
import { never, thrownBy, type World } from '../world.ts';
import { demandNotDone, demandResults } from './stock.ts';

const parcel = (order: ShopOrder, entryId: string, more: Partial<ShipmentWrite> = {}): ShipmentWrite => ({
  orderId: order.id,
  orderNumber: order.number,
  parcel: 1,
  shippedAt: '2026-11-02T07:30:00Z',
  completes: false,
  entryId,
  carrier: 'DHL',
  trackingCode: `JD${entryId}`,
  ...more,
});

/** One piece of the first line, and nothing that names the parcel at the platform. */
const bare = (order: ShopOrder, entryId: string, number: number, more: Partial<ShipmentWrite> = {}): ShipmentWrite =>
  parcel(order, entryId, {
    ...{ parcel: number, lines: [{ lineId: order.lines[0]!.id, quantity: 1 }] },
    ...{ carrier: undefined, trackingCode: undefined, ...more },
  });

async function write(driver: Driver, entries: readonly ShipmentWrite[]): Promise<WriteResult[]> {
  const results = demandResults(await driver.writeShipments!(entries, never()), entries);
  return entries.map(({ entryId }) => results.get(entryId)!);
}

const parcelsOf = (world: World, { id }: ShopOrder): readonly Parcel[] => world.store.shop.orders.get(id)!.parcels;

function demandPieces(world: World, { id }: ShopOrder, pieces: readonly number[]): void {
  const order = world.store.shop.orders.get(id)!;
  demandSame(
    order.lines.map((line) => shippedOf(order, line.id)),
    pieces,
    'pieces shipped of each line',
  );
}

export const PARCELS: readonly ConformanceCase[] = [
  {
    id: 'C8.ship-what',
    needs: ['writeShipments'],
    proves: 'tells the shop carrier and tracking code of a parcel',
    async run(open, { wire }) {
      const world = open();
      const order = world.order('plain');
      const [result] = await write(world.connect(), [
        parcel(order, '31', { trackingUrl: 'https://track.example/JD31', locationId: 'main' }),
      ]);
      demand(result?.outcome === 'Applied', `a good parcel is ${result?.outcome}`);
      const [sent] = parcelsOf(world, order);
      const { carrier, trackingCode, trackingUrl, locationId } = sent ?? {};
      demandSame(
        { carrier, trackingCode, trackingUrl, locationId },
        { carrier: 'DHL', trackingCode: 'JD31', trackingUrl: 'https://track.example/JD31', locationId: 'main' },
        'parcel',
        wire.subject.lacks,
      );
      demand(result.externalId === sent?.id, "the result does not name the shop's id of the parcel");
    },
  },
  {
    id: 'C8.ship-codes',
    needs: ['writeShipments'],
    proves: 'tells the shop every tracking number of a parcel, and what else it has a place for',
    async run(open, { wire }) {
      const world = open();
      const order = world.order('plain');
      const codes = ['JD1', 'JD2', 'JD3'];
      const more = {
        service: 'Express',
        returnTrackingCode: 'RT9',
        shippedAt: '2026-11-02T07:30:00Z',
        completes: true,
      };
      await write(world.connect(), [
        parcel(order, '49', { trackingCode: 'JD1', trackingCodes: codes, parcel: 2, ...more }),
      ]);
      const [sent] = parcelsOf(world, order);
      const shown = [sent?.trackingCode, ...(sent?.trackingCodes ?? [])].join(' ');
      demand(
        codes.every((code) => shown.includes(code)),
        `a parcel has the tracking numbers ${codes.join(', ')}, and the shop has ${shown}`,
      );
      const { service, returnTrackingCode, shippedAt, completes, number } = sent ?? {};
      demandSame(
        { service, returnTrackingCode, shippedAt, completes, number },
        { ...more, number: 2 },
        'parcel',
        wire.subject.lacks,
      );
    },
  },
  {
    id: 'C8.ship-corrects',
    needs: ['writeShipments'],
    proves:
      'corrects the numbers of a parcel that the shop has, or says that the platform cannot; it sends no second one',
    async run(open) {
      const world = open();
      const order = world.order('plain');
      const lines = [{ lineId: order.lines[0]!.id, quantity: 1 }];
      const [first] = await write(world.connect(), [parcel(order, '50', { lines })]);
      const corrects = { externalId: first?.outcome === 'Applied' ? first.externalId : undefined };
      const [result] = await write(world.connect(), [parcel(order, '51', { lines, trackingCode: 'RIGHT', corrects })]);
      const codes = parcelsOf(world, order).map(({ trackingCode }) => trackingCode);
      const cannot = result?.outcome === 'Rejected' && result.reason === 'NotSupported' && result.message !== '';
      demandSame(codes, [cannot ? 'JD50' : 'RIGHT'], 'tracking codes after a correction');
      demand(
        cannot || result?.outcome === 'Applied' || result?.outcome === 'AlreadyApplied',
        `a correction is ${result?.outcome}`,
      );
    },
  },
  {
    id: 'C8.ship-rest',
    needs: ['writeShipments'],
    proves: 'ships everything that is open where no lines are named, and that alone',
    async run(open) {
      const world = open();
      const order = world.order('shipped-partly');
      await write(world.connect(), [parcel(order, '32')]);
      demandPieces(world, order, order.lines.map(wantedOf));
    },
  },
  {
    id: 'C8.ship-partial',
    needs: ['writeShipments'],
    proves: 'ships the pieces that are named, and leaves the others open',
    async run(open) {
      const world = open();
      const order = world.order('two-lines');
      const target = world.order('plain');
      demand(target.lines.length === 2 && order.lines.length > 0, 'the suite has other orders than it thinks');
      await write(world.connect(), [parcel(target, '33', { lines: [{ lineId: target.lines[0]!.id, quantity: 2 }] })]);
      demandPieces(world, target, [2, 0]);
    },
  },
  {
    id: 'C8.ship-second',
    needs: ['writeShipments'],
    proves: 'ships a second parcel beside the first, with its own tracking code',
    async run(open) {
      const world = open();
      const order = world.order('plain');
      const [first, second] = order.lines;
      await write(world.connect(), [parcel(order, '34', { lines: [{ lineId: first!.id, quantity: 3 }] })]);
      const [result] = await write(world.connect(), [
        parcel(order, '35', { lines: [{ lineId: second!.id, quantity: 2 }] }),
      ]);
      demand(result!.outcome === 'Applied', `the second parcel of an order is ${result!.outcome}`);
      demandPieces(world, order, [3, 2]);
      demandSame(
        parcelsOf(world, order).map(({ trackingCode }) => trackingCode),
        ['JD34', 'JD35'],
        'tracking codes',
      );
    },
  },
  {
    id: 'C8.ship-two-at-once',
    needs: ['writeShipments'],
    proves: 'ships two parcels of one order that come in one call',
    async run(open) {
      const world = open();
      const order = world.order('plain');
      const [first, second] = order.lines;
      await write(world.connect(), [
        parcel(order, '36', { lines: [{ lineId: first!.id, quantity: 1 }] }),
        parcel(order, '37', {
          lines: [
            { lineId: first!.id, quantity: 1 },
            { lineId: second!.id, quantity: 2 },
          ],
        }),
      ]);
      demandPieces(world, order, [2, 2]);
    },
  },
  {
    id: 'C8.ship-twins',
    needs: ['writeShipments'],
    proves: 'takes two parcels with the same pieces and no code for two parcels',
    async run(open) {
      const world = open();
      const order = world.order('plain');
      const lines = [{ lineId: order.lines[0]!.id, quantity: 1 }];
      for (const entryId of ['38', '39']) {
        const [result] = await write(world.connect(), [
          parcel(order, entryId, { lines, carrier: undefined, trackingCode: undefined }),
        ]);
        demand(result!.outcome === 'Applied', `a parcel with the pieces of another is ${result!.outcome}`);
      }
      demandPieces(world, order, [2, 0]);
    },
  },
  {
    id: 'C8.lost-answer',
    needs: ['writeShipments'],
    proves: 'acts once where an answer is lost and the same parcel comes again',
    async run(open) {
      const world = open();
      const order = world.order('plain');
      const send = () => world.connect().writeShipments!([parcel(order, '40')], never());
      world.store.faults.force('lost-ack');
      await demandNotDone(send, 'a parcel whose answer is lost');
      const [again] = await send();
      demand(again?.outcome === 'AlreadyApplied', `a parcel that was there already is ${again?.outcome}`);
      demand(
        parcelsOf(world, order).length === 1,
        `one parcel was to be sent, the shop has ${parcelsOf(world, order).length}`,
      );
    },
  },
  {
    id: 'C8.lost-answer-bare',
    needs: ['writeShipments'],
    proves: 'knows a parcel without a code again whose answer was lost, beside another with the same pieces',
    async run(open) {
      const world = open();
      const order = world.order('plain');
      const [first] = await write(world.connect(), [bare(order, '42', 1)]);
      const send = (more?: Partial<ShipmentWrite>) =>
        world.connect().writeShipments!([bare(order, '43', 2, more)], never());
      world.store.faults.force('lost-ack');
      await demandNotDone(send, 'a parcel whose answer is lost');
      const there = first && 'externalId' in first && first.externalId !== undefined ? [first.externalId] : [];
      const [again] = await send({ othersThere: there });
      demand(again?.outcome === 'AlreadyApplied', `a parcel that was there already is ${again?.outcome}`);
      demandPieces(world, order, [2, 0]);
    },
  },
  {
    id: 'C8.lost-answer-twins',
    needs: ['writeShipments'],
    proves: 'sends the second of two parcels with the same pieces and no code, of which one alone was sent before',
    async run(open) {
      const world = open();
      const order = world.order('plain');
      world.store.faults.force('lost-ack');
      await demandNotDone(
        () => world.connect().writeShipments!([bare(order, '44', 1)], never()),
        'a parcel whose answer is lost',
      );
      // Both were taken before the process ended, and nobody knows which of them were sent.
      await write(world.connect(), [
        bare(order, '44', 1, { othersThere: [] }),
        bare(order, '45', 2, { othersThere: [] }),
      ]);
      demandPieces(world, order, [2, 0]);
    },
  },
  {
    id: 'C8.ship-again',
    needs: ['writeShipments'],
    proves: 'sends nothing where the parcel is there already',
    async run(open) {
      const world = open();
      const order = world.order('two-lines');
      await write(world.connect(), [parcel(order, '41')]);
      const writes = world.http.writes;
      const [again] = await write(world.connect(), [parcel(order, '41')]);
      demand(
        again!.outcome === 'AlreadyApplied' && world.http.writes === writes,
        `a parcel that is there already is ${again!.outcome}, after ${world.http.writes - writes} writes`,
      );
    },
  },
  {
    id: 'C8.over-fulfil',
    needs: ['writeShipments'],
    proves: 'ships no more than is open, and says that repeating cannot help',
    async run(open) {
      const world = open();
      const order = world.order('plain');
      const [result] = await write(world.connect(), [
        parcel(order, '42', { lines: [{ lineId: order.lines[0]!.id, quantity: 99 }] }),
      ]);
      demand(result!.outcome === 'Rejected', `99 pieces of a line of three are ${result!.outcome}`);
      demandPieces(world, order, [0, 0]);
    },
  },
  {
    id: 'C8.unknown-order',
    needs: ['writeShipments'],
    proves: 'says of a parcel for an unknown order that repeating cannot help',
    async run(open) {
      const [result] = await write(open().connect(), [
        { ...parcel(open().order('plain'), '43'), orderId: '999999999', orderNumber: 'X', trackingCode: 'T' },
      ]);
      demand(result!.outcome === 'Rejected', `a parcel for an unknown order is ${result!.outcome}`);
    },
  },
  {
    id: 'C8.cancelled-order',
    tag: 'cancelled',
    needs: ['writeShipments'],
    proves: 'says of a parcel for a cancelled order that repeating cannot help',
    async run(open) {
      const world = open();
      const [result] = await write(world.connect(), [parcel(world.order('cancelled'), '44')]);
      demand(
        result?.outcome === 'Rejected' && result.reason !== '' && result.message !== '',
        `a parcel for a cancelled order is ${result?.outcome}`,
      );
      demand(parcelsOf(world, world.order('cancelled')).length === 0, 'a cancelled order has a parcel');
    },
  },
  {
    id: 'C8.nothing-left',
    tag: 'completed',
    needs: ['writeShipments'],
    proves: 'does not ship a second time what was shipped outside of Supercargo',
    async run(open) {
      const world = open();
      const order = world.order('completed');
      const [result] = await write(world.connect(), [parcel(order, '45')]);
      demand(result!.outcome === 'Rejected', `a parcel for an order that is shipped already is ${result!.outcome}`);
      demand(parcelsOf(world, order).length === 1, 'an order that was shipped has a parcel more');
    },
  },
  {
    id: 'C8.ship-faults',
    needs: ['writeShipments'],
    proves: 'never says that a parcel was sent where the shop fails',
    async run(open) {
      for (const fault of ['5xx', '429-storm', 'html-error', 'reset'] as const) {
        const world = open();
        world.http.onCall = (call) => {
          if (call === 2) world.store.faults.on(fault);
        };
        await demandNotDone(
          () => world.connect().writeShipments!([parcel(world.order('plain'), '46')], never()),
          fault,
        );
      }
    },
  },
  {
    id: 'C8.ship-refused-key',
    needs: ['writeShipments'],
    proves:
      'rejects no parcel because a key is refused, and names the permission that it lacks: what waits goes out once the key is good',
    async run(open, { wire }) {
      const world = open();
      await demandNotDone(
        () => world.connect({ key: 'no-such-key' }).writeShipments!([parcel(world.order('plain'), '47')], never()),
        'a refused key',
        'credential',
      );
      world.keyWithout('narrow', 'shipments:write');
      await demandNotDone(
        () => world.connect({ key: 'narrow' }).writeShipments!([parcel(world.order('plain'), '47')], never()),
        'a key that may not ship',
        'credential',
        wire.subject.permissionWord('shipments:write'),
      );
    },
  },
  {
    id: 'C8.test-mode-ship',
    needs: ['writeShipments'],
    proves: 'sends no parcel in Test mode, and lets see what it would have sent',
    async run(open) {
      const world = open();
      const order = world.order('plain');
      const thrown = await thrownBy(
        () => world.connect({ testMode: true }).writeShipments!([parcel(order, '48')], never()),
        'in Test mode a parcel is said to be sent',
      );
      demand(
        thrown instanceof HeldWrite,
        `in Test mode HeldWrite must pass, and this is thrown: ${errorDetails(thrown).message}`,
      );
      demand(parcelsOf(world, order).length === 0, 'in Test mode a parcel is sent');
      demand(
        world.held.some((request) => `${request.url} ${shownBody(request) ?? ''}`.includes('JD48')),
        'what would have been sent does not show the tracking code',
      );
    },
  },
];
