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
    /** Which of the order's parcels it is: 1, 2, … */
    parcel: z.number(),
    /** ISO 8601: when it left the warehouse. */
    shippedAt: z.string(),
    /** Nothing of the order is open after it: for platforms that keep no pieces shipped. */
    completes: z.boolean(),
    /** As the warehouse calls it. */
    carrier: z.string().optional(),
    /** As this platform calls the carrier, by the Store's `carriers`. */
    carrierCode: z.string().optional(),
    service: z.string().optional(),
    /** The first of `trackingCodes`. */
    trackingCode: z.string().optional(),
    /** All of one parcel: a carrier may give it several. */
    trackingCodes: z.array(z.string()).readonly().optional(),
    trackingUrl: z.string().optional(),
    /** Of the label for sending it back. */
    returnTrackingCode: z.string().optional(),
    /** The store's id of the location that shipped it. */
    locationId: z.string().optional(),
    /** Absent: everything that is still open. */
    lines: z
      .array(z.object({ lineId: z.string(), quantity: z.number() }))
      .readonly()
      .optional(),
    /**
     * It is no parcel more: the numbers of one that was told before are corrected, the one that the store has under
     * this id. Only drivers that say `corrects` are given it.
     */
    corrects: z.object({ externalId: z.string().optional() }).optional(),
    /**
     * It may have been sent before, with its answer lost. These are the ids under which the store has the order's other
     * parcels, as far as the hub knows: where a parcel has no number, one there with the same pieces that is none of
     * these is this one.
     */
    othersThere: z.array(z.string()).readonly().optional(),
  }),
  result: done,
  subject: { kind: 'order', id: ({ orderId }) => orderId },
  groupBy: 'subject',
  supersedes: false,
  brake: false,
});
