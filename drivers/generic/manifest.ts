import type { DriverFacts } from '../contract/index.ts';

export const manifest: DriverFacts = {
  name: 'generic',
  title: 'Supercargo Generic Store API',
  documentation: 'https://supercargo.dev/docs/generic-api',
  platformKind: 'Store',
  hosts: [{ setting: 'url' }],
  limits: [
    'The store must move updated_at on every change of an order (payment, edit, cancellation, shipment), as docs/generic-api.md asks.',
    'A deleted product is noticed by the daily full compare and the completeness check, not at once.',
    "A store that does not keep the key of a stock level's last write may set a level twice after a lost answer.",
  ],
};
