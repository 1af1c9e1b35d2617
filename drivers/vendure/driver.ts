import type { FeedType } from '../../model/feeds.ts';
import { terminal, type Driver, type DriverContext, type Page, type ReadRequest } from '../contract/index.ts';
import { countBorn, idsBorn } from './census.ts';
import { check } from './check.ts';
import { VendureClient } from './client.ts';
import type { VendureCredential, VendureSettings } from './config.ts';
import { readDataModel } from './data-model.ts';
import { vendureHooks } from './hooks.ts';
import { manifest } from './manifest.ts';
import { readOrders } from './orders.ts';
import { readProducts } from './products.ts';
import { writeShipments } from './shipments.ts';
import { readStock } from './stock.ts';
import { writeStock } from './stock-write.ts';

export function connect({ http, credential, settings }: DriverContext<VendureCredential, VendureSettings>): Driver {
  const client = new VendureClient(http, credential, settings);
  return {
    check: (feeds, signal) => check(client, feeds, signal),
    read: (request) => read(client, settings, request),
    count: (feed, window, signal) => countBorn(client, feed, window, signal),
    ids: (feed, window, signal) => idsBorn(client, feed, window, signal),
    hooks: vendureHooks(client, credential.apiKey),
    writeStock: (entries, signal) => writeStock(client, entries, signal),
    writeShipments: (entries, signal) => writeShipments(client, entries, signal),
  };
}

type Reader = (client: VendureClient, settings: VendureSettings, request: ReadRequest) => AsyncIterable<Page>;

const stock: Reader = (client, _settings, request) => readStock(client, request);
const orders: Reader = (client, _settings, request) => readOrders(client, request);

const READERS: Readonly<Partial<Record<FeedType, Reader>>> = {
  DataModelSync: (client, _settings, request) => readDataModel(client, request),
  ProductImport: readProducts,
  ProductUpdate: readProducts,
  ProductImageImport: readProducts,
  StockImport: stock,
  StockCheck: stock,
  OrderImport: orders,
  OrderUpdate: orders,
};

function read(client: VendureClient, settings: VendureSettings, asked: ReadRequest): AsyncIterable<Page> {
  const most = manifest.feeds.find(({ type }) => type === asked.feed)?.maxPageSize ?? 1;
  const request = { ...asked, pageSize: Math.max(1, Math.min(asked.pageSize, most)) };
  const reader = READERS[request.feed];
  if (reader === undefined) throw terminal('UnsupportedFeed', `Vendure has nothing to read for ${request.feed}.`);
  return reader(client, settings, request);
}
