/** What a call is about, in people's words, and the resource of the integration that Magento asks for. */
export interface Need {
  readonly what: string;
  readonly resource: string;
}

export const NEEDS = {
  store: { what: 'read settings of the shop', resource: 'Magento_Backend::store' },
  orders: { what: 'read orders', resource: 'Magento_Sales::actions_view' },
  credits: { what: 'read credit memos', resource: 'Magento_Sales::sales_creditmemo' },
  shipments: { what: 'read shipments', resource: 'Magento_Sales::shipment' },
  ship: { what: 'write shipments', resource: 'Magento_Sales::ship' },
  products: { what: 'read products', resource: 'Magento_Catalog::products' },
  attributes: { what: 'read product attributes', resource: 'Magento_Catalog::attributes_attributes' },
  sets: { what: 'read attribute sets', resource: 'Magento_Catalog::sets' },
  sources: { what: 'read sources and their stock', resource: 'Magento_InventoryApi::source' },
  writeSources: { what: 'write stock of sources', resource: 'Magento_InventoryApi::stock_source_item_assign' },
  salable: { what: 'read salable quantities', resource: 'Magento_InventoryApi::stock' },
  stockItems: { what: 'read stock items', resource: 'Magento_CatalogInventory::cataloginventory' },
  prices: { what: 'write prices', resource: 'Magento_Catalog::catalog' },
  bulk: {
    what: 'see what became of a bulk write',
    resource: 'Magento_Logging::system_magento_logging_bulk_operations',
  },
} as const satisfies Readonly<Record<string, Need>>;
