import { z } from 'zod';
import { done, exportFeed } from './define.ts';

/** Parcels of orders, with their tracking numbers. */
export const shipmentExport = exportFeed({
  kind: 'shipment',
  class: 'shipments',
  rank: 90,
  schedule: '* * * * *',
  write: z.object({
    /** The hub's own id of the parcel. */
    shipmentId: z.string().optional(),
    orderId: z.string(),
    orderNumber: z.string(),
    carrier: z.string().optional(),
    trackingCode: z.string().optional(),
    trackingUrl: z.string().optional(),
    /** The store's id of the location that shipped it. */
    locationId: z.string().optional(),
    /** Absent: everything that is still open. */
    lines: z
      .array(z.object({ lineId: z.string(), quantity: z.number() }))
      .readonly()
      .optional(),
  }),
  result: done,
  subject: { kind: 'order', id: ({ orderId }) => orderId },
  groupBy: 'subject',
  supersedes: false,
  brake: false,
});
