'use strict';
const { note } = require('../index.js');

// What an event names, and how the order or the product is found from it: a payment knows its order by a link alone.
const GRAPH = {
  fulfillment: ['fulfillment', 'order.id'],
  payment: ['payment', 'payment_collection.order.id'],
  variant: ['variant', 'product_id'],
};

async function handler({ event: { name, data }, container }) {
  const ids = (Array.isArray(data) ? data : [data]).flatMap((each) => each?.order_id ?? each?.id ?? []);
  if (name.startsWith('order.') || name.startsWith('order-edit.'))
    return note(container, 'orders', (Array.isArray(data) ? data : [data]).map((each) => each?.order_id ?? each?.id));
  if (name.startsWith('product.')) return note(container, 'products', ids);
  if (name.startsWith('product-variant.')) return note(container, 'products', await found(container, 'variant', ids));
  if (name.startsWith('payment.')) return note(container, 'orders', await found(container, 'payment', ids));
  return note(container, 'orders', await found(container, 'fulfillment', ids));
}

async function found(container, kind, id) {
  const [entity, path] = GRAPH[kind];
  const { data } = await container.resolve('query').graph({ entity, fields: ['id', path], filters: { id } });
  return data.map((row) => path.split('.').reduce((value, key) => value?.[key], row));
}

exports.default = handler;
exports.config = {
  event: [
    'order.placed', 'order.updated', 'order.canceled', 'order.completed', 'order.archived', 'order.fulfillment_created', 'order.fulfillment_canceled',
    'order.return_requested', 'order.return_received', 'order.claim_created', 'order.exchange_created', 'order-edit.confirmed', 'shipment.created',
    'delivery.created', 'payment.captured', 'payment.refunded', 'product.created', 'product.updated', 'product.deleted',
    'product-variant.created', 'product-variant.updated',
  ],
};
