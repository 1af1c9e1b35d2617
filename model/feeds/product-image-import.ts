import { importFeed } from './define.ts';

/** Products again, for their images. */
export const productImageImport = importFeed({
  class: 'catalogue',
  rank: 40,
  schedule: '45 4 * * *',
  subject: 'product',
  records: ['product'],
  highWater: { product: 'updatedAt' },
});
