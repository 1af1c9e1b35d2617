import { importFeed } from './define.ts';

/** Products that changed. */
export const productUpdate = importFeed({
  class: 'catalogue',
  rank: 30,
  schedule: '*/5 * * * *',
  subject: 'product',
  records: ['product'],
  highWater: { product: 'updatedAt' },
});
