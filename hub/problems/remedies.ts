/** What to do about a problem, by its stable reason; docs/operating.md has the same table. */
const REMEDIES: Readonly<Record<string, string>> = {
  UnknownSku: 'add the product at the shop, an alias to spec.skuAliases of the Store, or mend spec.kits: the orders are judged again by themselves',
  UnknownShippingMethod: 'add the method to spec.shippingMethods of the Store: the orders are judged again by themselves',
  PoisonedRecord: 'mend the record at the shop as its message says: it is then taken by itself',
  UnexpectedPayload: 'mend the record at the shop as its message says: it is then taken by itself',
  NoSku: 'give the variant a SKU at the shop: it is then taken by itself',
  TotalsMismatch: 'nothing: the shop\'s own totals are kept',
  WebhookUndeliverable: 'mend the endpoint, then POST /api/v1/webhooks/NAME/replay',
  WebhookEndpointDisabled: 'mend the endpoint, then POST /api/v1/webhooks/NAME/enable, or give it another url in the Store',
  OrderNotPaid: 'the shop does not count the order as paid: settle the payment there, then replay',
  UnknownOrder: 'the shop does not know the order any more: see whether it was deleted',
  UnknownVariant: 'the shop does not know the variant any more: run StockImport, or take the SKU off',
  UnknownLocation: 'mend the location of the warehouse in the Store, then replay',
  InsufficientStock: 'raise the stock at the shop, then replay',
  NoFulfillmentHandler: 'give the shop a fulfilment handler, then replay',
  StoreRefused: 'the message has the shop\'s words: mend it there, then replay',
};

export function remedyOf(reason: string): string {
  return REMEDIES[reason] ?? 'the message of each record says what to do';
}
