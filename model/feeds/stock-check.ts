import { importFeed } from './define.ts';

/** Stock as the shop has it, compared with what the back office set. */
export const stockCheck = importFeed({
  class: 'stock',
  rank: 110,
  schedule: '30 2 * * *',
  subject: 'stockLevel',
  records: ['stock'],
  highWater: { stock: 'none' },
});
