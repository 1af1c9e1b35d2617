import { importFeed } from './define.ts';

/** What became of orders: paid, edited, cancelled, shipped. */
export const orderUpdate = importFeed({
  class: 'orders',
  rank: 80,
  schedule: '*/5 * * * *',
  subject: 'order',
  records: ['order'],
  highWater: { order: 'updatedAt' },
  reread: 'openOrders',
});
