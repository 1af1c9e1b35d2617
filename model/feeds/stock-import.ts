import { importFeed } from './define.ts';

/** Stock as the shop has it, read once: afterwards the back office says what there is. */
export const stockImport = importFeed({
  class: 'stock',
  rank: 60,
  schedule: 'once',
  subject: 'stockLevel',
  records: ['stock'],
  highWater: { stock: 'none' },
});
