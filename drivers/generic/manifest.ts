import type { CursorSemantics, DriverManifest } from '../contract/index.ts';

const PAGE = 250;
const FULL: CursorSemantics = { kind: 'full' };
const ORDERS: CursorSemantics = { kind: 'changes', field: 'updated_at', secondWay: 'openRecords' };

export const manifest: DriverManifest = {
  name: 'generic',
  title: 'Supercargo Generic Store API',
  documentation: 'https://supercargo.dev/docs/generic-api',
  platformKind: 'Store',
  hosts: [{ setting: 'url' }],
  feeds: [
    { type: 'DataModelSync', cursor: FULL, maxPageSize: PAGE },
    { type: 'SupplierImport', cursor: FULL, maxPageSize: PAGE },
    { type: 'ProductImport', cursor: FULL, maxPageSize: PAGE },
    { type: 'ProductUpdate', cursor: { kind: 'changes', field: 'updated_at', blindTo: ['a product is deleted'], secondWay: 'fullCompare' }, maxPageSize: PAGE },
    { type: 'ProductImageImport', cursor: FULL, maxPageSize: PAGE },
    { type: 'ProductSupplierImport', cursor: FULL, maxPageSize: PAGE },
    { type: 'StockImport', cursor: FULL, maxPageSize: PAGE },
    { type: 'OrderImport', cursor: ORDERS, maxPageSize: PAGE },
    { type: 'OrderUpdate', cursor: ORDERS, maxPageSize: PAGE },
    { type: 'ShipmentExport', maxPageSize: PAGE },
    { type: 'StockExport', maxPageSize: PAGE },
    { type: 'StockCheck', cursor: FULL, maxPageSize: PAGE },
  ],
  limits: [
    'The store must move updated_at on every change of an order (payment, edit, cancellation, shipment), as docs/generic-api.md asks.',
    'A deleted product is noticed by the daily full compare and the completeness check, not at once.',
    'A store that does not keep the key of a stock level\'s last write may set a level twice after a lost answer.',
  ],
};
