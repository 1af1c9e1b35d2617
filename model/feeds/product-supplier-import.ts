import { importFeed } from './define.ts';

/** Which supplier has a variant, and for how much. */
export const productSupplierImport = importFeed({
  class: 'catalogue',
  rank: 50,
  schedule: '50 4 * * *',
  subject: 'record',
  records: ['productSupplier'],
  highWater: { productSupplier: 'none' },
});
