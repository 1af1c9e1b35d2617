import { bodyText, errorDetails, HeldWrite, type ShipmentWrite, type WriteResult } from '../../contract/index.ts';
import {
  bodyIs,
  driverIs,
  manifestIs,
  mutant,
  overHttp,
  parcelResultsAre,
  plainly,
  stockResultsAre,
  type Mutant,
} from './tools.ts';

type Levels = { levels: Record<string, unknown>[] };
const levelsAre = (change: (level: Record<string, unknown>) => Record<string, unknown>) =>
  bodyIs(/\/stock$/, (body) => ({ levels: (body as unknown as Levels).levels.map(change) }));
const parcelIs = (change: (body: Record<string, unknown>) => Record<string, unknown>) => bodyIs(/\/shipments$/, change);
const stockFeedSays = (stock: 'available' | undefined) =>
  manifestIs(({ feeds }) => ({
    feeds: feeds.map((feed) => (feed.type === 'StockExport' ? { ...feed, stock } : feed)),
  }));
const rejected = (entryId: string, error: unknown): WriteResult => ({
  entryId,
  outcome: 'Rejected',
  reason: errorDetails(error).reason,
  message: errorDetails(error).message,
});

interface OrderJson {
  readonly lines: readonly { readonly id: string; readonly quantity: number; readonly fulfilled_quantity: number }[];
  readonly shipments: readonly { readonly lines: readonly unknown[] }[];
}

const hasSamePieces = (order: OrderJson, entry: ShipmentWrite): boolean => {
  const wanted = JSON.stringify(entry.lines?.map(({ lineId, quantity }) => ({ line_id: lineId, quantity })));
  return order.shipments.some(({ lines }) => JSON.stringify(lines) === wanted);
};

/** Parcels as a careless driver sends them; `skips` says of an order which parcels it thinks are there. */
const carelessParcels = (skips: (order: OrderJson, entry: ShipmentWrite) => boolean) =>
  driverIs((_driver, context) => ({
    writeShipments: (entries, signal) =>
      Promise.all(
        entries.map(async (entry): Promise<WriteResult> => {
          const { items } = (await (await plainly(context, 'GET', `/orders?ids=${entry.orderId}`, signal)).json()) as {
            items: OrderJson[];
          };
          if (skips(items[0]!, entry)) return { entryId: entry.entryId, outcome: 'AlreadyApplied' };
          const lines =
            entry.lines?.map(({ lineId, quantity }) => ({ line_id: lineId, quantity })) ??
            items[0]!.lines
              .map(({ id, quantity, fulfilled_quantity }) => ({ line_id: id, quantity: quantity - fulfilled_quantity }))
              .filter(({ quantity }) => quantity > 0);
          const { id } = (await (
            await plainly(context, 'POST', `/orders/${entry.orderId}/shipments`, signal, {
              reference: entry.entryId,
              carrier: entry.carrier,
              tracking_code: entry.trackingCode,
              lines,
            })
          ).json()) as { id: string };
          return { entryId: entry.entryId, outcome: 'Applied', externalId: id };
        }),
      ),
  }));

/** Mistakes in writing stock. */
const submitted = ({ entryId }: { readonly entryId: string }) =>
  ({ entryId, outcome: 'Submitted', ticket: 'job', againMs: 1000 }) as const;

export const STOCK_WRITES: readonly Mutant[] = [
  mutant(
    'submits, and cannot be asked what became of it',
    'C8.submitted',
    driverIs(() => ({ writeStock: async (entries) => entries.map(submitted) })),
  ),
  mutant(
    'submits, and has never done',
    'C8.submitted',
    driverIs((driver) => ({
      writeStock: async (entries) => entries.map(submitted),
      feeds: {
        ...driver.feeds,
        StockExport: { ...driver.feeds.StockExport!, settle: async (entries) => entries.map(submitted) },
      },
    })),
  ),
  mutant(
    'submits, and says that it is done while it is not',
    'C8.submitted',
    driverIs((driver) => ({
      writeStock: async (entries) => entries.map(submitted),
      feeds: {
        ...driver.feeds,
        StockExport: {
          ...driver.feeds.StockExport!,
          settle: async (entries) =>
            entries.map(({ entryId }): WriteResult<'StockExport'> => ({ entryId, outcome: 'Applied' })),
        },
      },
    })),
  ),
  mutant(
    'what is held in Test mode says nothing to people',
    'C8.test-mode-stock',
    overHttp((http) => ({
      write: (request) => http.write({ ...request, body: new TextEncoder().encode(bodyText(request.body)) }),
    })),
  ),
  mutant(
    'writes go by http.read',
    'C8.test-mode-stock',
    overHttp((http) => ({ write: (request) => http.read(request) })),
  ),
  mutant(
    'parcels go by http.read',
    'C8.test-mode-ship',
    overHttp((http) => ({ write: (request) => http.read(request) })),
  ),
  mutant(
    'subscriptions go by http.read',
    'C10.test-mode',
    overHttp((http) => ({ write: (request) => http.read(request) })),
  ),
  mutant(
    'in Test mode all is said to be done',
    'C8.test-mode-stock',
    driverIs((driver) => ({
      writeStock: (entries, signal) =>
        driver.writeStock!(entries, signal).catch((error: unknown) => {
          if (error instanceof HeldWrite)
            return entries.map(({ entryId }): WriteResult => ({ entryId, outcome: 'Applied' }));
          throw error;
        }),
    })),
  ),
  mutant(
    'a held write is a fault',
    'C8.test-mode-ship',
    driverIs((driver) => ({
      writeShipments: (entries, signal) =>
        driver.writeShipments!(entries, signal).catch((error: unknown) => {
          throw new Error(String(error), { cause: error });
        }),
    })),
  ),
  mutant(
    'stock is always set to 0',
    'C8.stock-value',
    levelsAre((level) => ({ ...level, quantity: 0 })),
  ),
  mutant(
    '0 is not set',
    'C8.stock-value',
    levelsAre((level) => ({ ...level, quantity: level['quantity'] === 0 ? 1 : level['quantity'] })),
  ),
  mutant(
    'stock is set at the first place',
    'C8.stock-value',
    levelsAre((level) => ({ ...level, location_id: 'main' })),
  ),
  mutant(
    'sets what can be sold where the shop counts what is on hand',
    'C8.stock-meaning',
    driverIs((driver) => ({
      writeStock: (entries, signal) =>
        driver.writeStock!(
          entries.map((entry) => ({ ...entry, quantity: entry.available })),
          signal,
        ),
    })),
  ),
  mutant(
    'says that the shop counts what can be sold, and sets what is on hand',
    'C8.stock-meaning',
    stockFeedSays('available'),
  ),
  mutant('does not say what the shop counts', 'C8.stock-meaning', stockFeedSays(undefined)),
  mutant(
    'one unknown level rejects all',
    'C8.stock-per-item',
    driverIs((driver) => ({
      writeStock: async (entries, signal) => {
        const results = await driver.writeStock!(entries, signal);
        return results.some(({ outcome }) => outcome === 'Rejected')
          ? results.map(({ entryId }): WriteResult => ({
              entryId,
              outcome: 'Rejected',
              reason: 'UnknownVariant',
              message: 'one is unknown',
            }))
          : results;
      },
    })),
  ),
  mutant(
    'unknown levels have no result',
    'C8.stock-per-item',
    driverIs((driver) => ({
      writeStock: async (entries, signal) =>
        (await driver.writeStock!(entries, signal)).filter(({ outcome }) => outcome !== 'Rejected'),
    })),
  ),
  mutant(
    'unknown levels are tried for ever',
    'C8.stock-per-item',
    stockResultsAre((result) => (result.outcome === 'Rejected' ? { ...result, outcome: 'Retry' } : result)),
  ),
  mutant(
    'a level that failed is said to be set',
    'C8.stock-partial',
    stockResultsAre((result) =>
      result.outcome === 'Retry' ? { entryId: result.entryId, outcome: 'Applied' } : result,
    ),
  ),
  mutant(
    'a level that failed is given up',
    'C8.stock-partial',
    stockResultsAre((result) => (result.outcome === 'Retry' ? { ...result, outcome: 'Rejected' } : result)),
  ),
  mutant(
    'the first hundred levels are set',
    'C8.stock-many',
    driverIs((driver) => ({
      writeStock: async (entries, signal) => {
        await driver.writeStock!(entries.slice(0, 100), signal);
        return entries.map(({ entryId }): WriteResult => ({ entryId, outcome: 'Applied' }));
      },
    })),
  ),
  mutant(
    'levels are set one by one',
    'C11.write-stock',
    driverIs((driver) => ({
      writeStock: async (entries, signal) => {
        const results: WriteResult[] = [];
        for (const entry of entries) results.push(...(await driver.writeStock!([entry], signal)));
        return results;
      },
    })),
  ),
  mutant(
    'each try has a name of its own',
    'C8.stock-lost-answer',
    (() => {
      let tries = 0;
      return levelsAre((level) => ({ ...level, key: `${String(level['key'])}/${++tries}` }));
    })(),
  ),
  mutant(
    'a lost answer is a good one',
    'C8.stock-lost-answer',
    driverIs((driver) => ({
      writeStock: (entries, signal) =>
        driver.writeStock!(entries, signal).catch(() =>
          entries.map(({ entryId }): WriteResult => ({ entryId, outcome: 'Applied' })),
        ),
    })),
  ),
  mutant(
    'what was expected is not told',
    'C8.stock-changed',
    levelsAre(({ expected: _expected, ...level }) => level),
  ),
  mutant(
    'a connection that breaks is a success',
    'C8.stock-reset',
    driverIs((driver) => ({
      writeStock: (entries, signal) =>
        driver.writeStock!(entries, signal).catch(() =>
          entries.map(({ entryId }): WriteResult => ({ entryId, outcome: 'AlreadyApplied' })),
        ),
    })),
  ),
  mutant(
    'an error of the shop rejects what waits',
    'C8.stock-5xx',
    driverIs((driver) => ({
      writeStock: (entries, signal) =>
        driver.writeStock!(entries, signal).catch((error: unknown) =>
          entries.map(({ entryId }) => rejected(entryId, error)),
        ),
    })),
  ),
  mutant(
    'a rate limit rejects what waits',
    'C8.stock-429',
    driverIs((driver) => ({
      writeStock: (entries, signal) =>
        driver.writeStock!(entries, signal).catch((error: unknown) =>
          entries.map(({ entryId }) => rejected(entryId, error)),
        ),
    })),
  ),
  mutant(
    'status 200 is enough',
    'C8.stock-html',
    driverIs((_driver, context) => ({
      writeStock: async (entries, signal) => {
        const { status } = await plainly(context, 'POST', '/stock', signal, { levels: [] });
        return entries.map(({ entryId }): WriteResult =>
          status === 200
            ? { entryId, outcome: 'Applied' }
            : { entryId, outcome: 'Retry', reason: 'StoreError', message: 'no' },
        );
      },
    })),
  ),
  mutant(
    'a refused key rejects what waits',
    'C8.refused-key',
    driverIs((driver) => ({
      writeStock: (entries, signal) =>
        driver.writeStock!(entries, signal).catch((error: unknown) =>
          entries.map(({ entryId }) => rejected(entryId, error)),
        ),
    })),
  ),
];

/** Mistakes in sending parcels. */
export const PARCEL_WRITES: readonly Mutant[] = [
  mutant(
    'no tracking code is sent',
    'C8.ship-what',
    parcelIs(({ tracking_code: _code, ...body }) => body),
  ),
  mutant(
    'no carrier is sent',
    'C8.ship-what',
    parcelIs(({ carrier: _carrier, ...body }) => body),
  ),
  mutant(
    "the parcel's id is not told",
    'C8.ship-what',
    parcelResultsAre((result) => ({ ...result, externalId: undefined })),
  ),
  mutant(
    'of several tracking numbers one is told',
    'C8.ship-codes',
    parcelIs(({ tracking_codes: _codes, ...body }) => body),
  ),
  mutant(
    'the last parcel is like any other',
    'C8.ship-codes',
    parcelIs(({ completes: _completes, ...body }) => body),
  ),
  mutant(
    'a correction is one parcel more',
    'C8.ship-corrects',
    driverIs((driver) => ({
      writeShipments: (entries, signal) =>
        driver.writeShipments!(
          entries.map(({ corrects: _corrects, ...entry }) => entry),
          signal,
        ),
    })),
  ),
  mutant(
    'a correction is said to be done',
    'C8.ship-corrects',
    driverIs((driver) => ({
      writeShipments: async (entries, signal) => {
        const parcels = entries.filter(({ corrects }) => corrects === undefined);
        return [
          ...(await driver.writeShipments!(parcels, signal)),
          ...entries
            .filter(({ corrects }) => corrects !== undefined)
            .map(({ entryId }): WriteResult => ({ entryId, outcome: 'Applied' })),
        ];
      },
    })),
  ),
  mutant(
    'a partial parcel ships everything',
    'C8.ship-partial',
    driverIs((driver) => ({
      writeShipments: (entries, signal) =>
        driver.writeShipments!(
          entries.map(({ lines: _lines, ...entry }) => entry),
          signal,
        ),
    })),
  ),
  mutant(
    'pieces are counted as one',
    'C8.ship-partial',
    parcelIs((body) => ({
      ...body,
      lines: (body['lines'] as { line_id: string }[]).map(({ line_id }) => ({ line_id, quantity: 1 })),
    })),
  ),
  mutant(
    'the rest is the whole',
    'C8.ship-rest',
    driverIs((_driver, context) => ({
      writeShipments: async ([entry], signal) => {
        const { items } = (await (await plainly(context, 'GET', `/orders?ids=${entry!.orderId}`, signal)).json()) as {
          items: OrderJson[];
        };
        const { status } = await plainly(context, 'POST', `/orders/${entry!.orderId}/shipments`, signal, {
          reference: entry!.entryId,
          lines: items[0]!.lines.map(({ id, quantity }) => ({ line_id: id, quantity })),
        });
        return [
          status === 201
            ? { entryId: entry!.entryId, outcome: 'Applied' }
            : { entryId: entry!.entryId, outcome: 'Rejected', reason: 'StoreRefused', message: 'no' },
        ];
      },
    })),
  ),
  mutant(
    'an order with a parcel is done',
    'C8.ship-second',
    carelessParcels((order) => order.shipments.length > 0),
  ),
  mutant(
    'two parcels of one call are one',
    'C8.ship-two-at-once',
    driverIs((driver) => ({
      writeShipments: async (entries, signal) => {
        const [first] = await driver.writeShipments!(entries.slice(0, 1), signal);
        return entries.map(({ entryId }): WriteResult => ({ ...first!, entryId }));
      },
    })),
  ),
  mutant('parcels with the same pieces are one', 'C8.ship-twins', carelessParcels(hasSamePieces)),
  mutant(
    'parcels with the same pieces are one where they may have been sent before',
    'C8.lost-answer-twins',
    carelessParcels((order, entry) => entry.othersThere !== undefined && hasSamePieces(order, entry)),
  ),
  mutant(
    'sends without a look at what is there',
    'C8.lost-answer',
    carelessParcels(() => false),
  ),
  mutant(
    'knows a parcel by its code alone',
    'C8.lost-answer-bare',
    carelessParcels((order, { trackingCode }) => trackingCode !== undefined && order.shipments.length > 0),
  ),
  mutant(
    'sends again what is there',
    'C8.ship-again',
    carelessParcels(() => false),
  ),
  mutant(
    'an unknown order is tried for ever',
    'C8.unknown-order',
    parcelResultsAre((result) => (result.outcome === 'Rejected' ? { ...result, outcome: 'Retry' } : result)),
  ),
  mutant(
    'a cancelled order is tried for ever',
    'C8.cancelled-order',
    parcelResultsAre((result) => (result.outcome === 'Rejected' ? { ...result, outcome: 'Retry' } : result)),
  ),
  mutant(
    'too many pieces are tried for ever',
    'C8.over-fulfil',
    parcelResultsAre((result) => (result.outcome === 'Rejected' ? { ...result, outcome: 'Retry' } : result)),
  ),
  mutant(
    'what was shipped elsewhere is said to be shipped',
    'C8.nothing-left',
    parcelResultsAre((result) =>
      result.outcome === 'Rejected' ? { entryId: result.entryId, outcome: 'Applied' } : result,
    ),
  ),
  mutant(
    'a parcel is said to be sent whatever comes back',
    'C8.ship-faults',
    driverIs((driver) => ({
      writeShipments: (entries, signal) =>
        driver.writeShipments!(entries, signal).then((results) =>
          results.map(({ entryId }): WriteResult => ({ entryId, outcome: 'Applied' })),
        ),
    })),
  ),
  mutant(
    'a refused key rejects the parcel',
    'C8.ship-refused-key',
    driverIs((driver) => ({
      writeShipments: (entries, signal) =>
        driver.writeShipments!(entries, signal).catch((error: unknown) =>
          entries.map(({ entryId }) => rejected(entryId, error)),
        ),
    })),
  ),
];
