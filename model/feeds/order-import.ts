import { importFeed } from './define.ts';

/** New orders, and those that could not be decided yet. */
export const orderImport = importFeed({
  class: 'orders',
  rank: 70,
  schedule: '* * * * *',
  subject: 'order',
  records: ['order'],
  highWater: { order: 'updatedAt' },
  completeness: 'order',
  reread: 'heldOrders',
});
