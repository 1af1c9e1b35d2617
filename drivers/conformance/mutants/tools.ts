import type { CanonicalRecord, OrderRecord } from '../../../model/records.ts';
import type { Paging } from '../../../simulator/desk/pages.ts';
import type { Wire } from '../../../simulator/desk/wire.ts';
import {
  bodyText,
  type Driver,
  type DriverContext,
  type DriverDefinition,
  type DriverManifest,
  type Page,
  type ReadRequest,
  type ShopHttp,
  type ShopRequest,
  type ShopResponse,
  type WriteResult,
} from '../../contract/index.ts';
import { generic } from '../../generic/index.ts';

/** A driver with one rule broken: the generic one where its wire is not named. */
export interface Mutant {
  /** In a few words what it does wrong. */
  readonly name: string;
  /** The case that must refuse it. */
  readonly refusedBy: string;
  readonly definition: DriverDefinition;
  /** How the shop pages, where the mistake shows only there. */
  readonly paging?: Paging;
  /** The Generic Store API if absent. */
  readonly wire?: Wire;
}

type Context = DriverContext<unknown, unknown>;

export const mutant = (name: string, refusedBy: string, definition: DriverDefinition, paging?: Paging): Mutant => ({
  name,
  refusedBy,
  definition,
  paging,
});

/** Another driver in place of the good one, which it is given. */
export function driverIs(change: (driver: Driver, context: Context) => Partial<Driver>): DriverDefinition {
  return {
    ...generic,
    connect: (context) => {
      const driver = generic.connect(context);
      return { ...driver, ...change(driver, context) };
    },
  };
}

/** The good driver over another HTTP. */
export function overHttp(change: (http: ShopHttp, context: Context) => Partial<ShopHttp>): DriverDefinition {
  return {
    ...generic,
    connect: (context) => {
      const { http } = context;
      const whole: ShopHttp = {
        read: (request) => http.read(request),
        write: (request) => http.write(request),
        observe: (reading) => http.observe(reading),
      };
      return generic.connect({ ...context, http: { ...whole, ...change(http, context) } });
    },
  };
}

/** Calls that change the shop are sent another way. */
export const bodyIs = (
  path: RegExp,
  change: (body: Record<string, unknown>) => Record<string, unknown>,
): DriverDefinition =>
  overHttp((http) => ({
    write: (request) =>
      http.write(
        path.test(request.url) && request.body !== undefined
          ? { ...request, body: JSON.stringify(change(JSON.parse(bodyText(request.body)!) as Record<string, unknown>)) }
          : request,
      ),
  }));

/** Answers to reads say something else. */
export const answersAre = (change: (text: string) => string): DriverDefinition =>
  overHttp((http) => ({
    read: async (request) => {
      const response = await http.read(request);
      const text = change(await response.text());
      return {
        ...response,
        text: async () => text,
        json: async () => (text === (await response.text()) ? response.json() : (JSON.parse(text) as unknown)),
      } satisfies ShopResponse;
    },
  }));

/** The good driver's pages, each changed. */
export const pagesAre = (change: (page: Page, request: ReadRequest) => Page): DriverDefinition =>
  driverIs((driver) => ({
    async *read(request) {
      for await (const page of driver.read(request)) yield change(page, request);
    },
  }));

export const recordsAre = (change: (record: CanonicalRecord) => CanonicalRecord): DriverDefinition =>
  pagesAre((page) => ({ ...page, records: page.records.map(change) }));
export const ordersAre = (change: (order: OrderRecord) => OrderRecord): DriverDefinition =>
  recordsAre((record) => (record.kind === 'order' ? change(record) : record));
export const linesAre = (
  change: (line: OrderRecord['lines'][number]) => OrderRecord['lines'][number],
): DriverDefinition => ordersAre((order) => ({ ...order, lines: order.lines.map(change) }));

/** The good driver asked for something else. */
export const askedFor = (change: (request: ReadRequest) => ReadRequest): DriverDefinition =>
  driverIs((driver) => ({ read: (request) => driver.read(change(request)) }));

export const stockResultsAre = (change: (result: WriteResult) => WriteResult): DriverDefinition =>
  driverIs((driver) => ({
    writeStock: async (entries, signal) => (await driver.writeStock!(entries, signal)).map(change),
  }));
export const parcelResultsAre = (change: (result: WriteResult) => WriteResult): DriverDefinition =>
  driverIs((driver) => ({
    writeShipments: async (entries, signal) => (await driver.writeShipments!(entries, signal)).map(change),
  }));

export const manifestIs = (change: (manifest: DriverManifest) => Partial<DriverManifest>): DriverDefinition => ({
  ...generic,
  manifest: { ...generic.manifest, ...change(generic.manifest) },
});

/** A call as a careless driver makes it. */
export function plainly(
  { http, credential, settings }: Context,
  method: ShopRequest['method'],
  path: string,
  signal: AbortSignal,
  body?: unknown,
): Promise<ShopResponse> {
  const { apiKey } = credential as { apiKey: string };
  const request: ShopRequest = {
    method,
    url: `${(settings as { url: string }).url}${path}`,
    signal,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  return method === 'GET' ? http.read(request) : http.write(request);
}
