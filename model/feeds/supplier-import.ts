import { importFeed } from './define.ts';

/** Who delivers the goods. */
export const supplierImport = importFeed({
  class: 'catalogue',
  rank: 10,
  schedule: '30 3 * * *',
  subject: 'record',
  records: ['supplier'],
  highWater: { supplier: 'none' },
});
