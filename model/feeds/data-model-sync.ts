import { importFeed } from './define.ts';

/** What the records of a shop refer to: attributes, locations, shipping methods. */
export const dataModelSync = importFeed({
  class: 'catalogue',
  rank: 0,
  schedule: '15 3 * * *',
  subject: 'record',
  records: ['attribute', 'attributeSet', 'location', 'shippingMethod'],
  highWater: { attribute: 'none', attributeSet: 'none', location: 'none', shippingMethod: 'none' },
});
