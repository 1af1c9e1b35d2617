import { importFeed } from './define.ts';

/** All products with their variants. */
export const productImport = importFeed({
  class: 'catalogue',
  rank: 20,
  schedule: '0 4 * * 0',
  subject: 'product',
  records: ['product'],
  highWater: { product: 'updatedAt' },
  completeness: 'product',
});
