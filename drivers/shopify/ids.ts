/** The hub keeps the number of an id, Shopify wants it with its type. */
export const globalId = (type: string, id: string): string => `gid://shopify/${type}/${id}`;

/** The number of an id; some have a query behind them (`…/123?inventory_item_id=4`). */
export const numberOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1).split('?')[0]!;
