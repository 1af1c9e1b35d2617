import type { OrderTag } from '../../simulator/shop/showcase.ts';
import type { Subject, World, WorldOptions } from './world.ts';

/** What a driver must have for a case to be played. The first are feeds of its manifest, the others methods of it. */
export type Need =
  | 'orders'
  | 'products'
  | 'stock'
  | 'settings'
  | 'suppliers'
  | 'writeStock'
  | 'writeShipments'
  | 'census'
  | 'hooks'
  | 'clients'
  /** Orders by the time of their change. */
  | 'since'
  /** Orders that are handed out until they are acknowledged. */
  | 'queue'
  /** The catalogue comes as a document that is made first. */
  | 'documents'
  /** Levels are taken on a ticket and set later. */
  | 'tickets';

/** A new shop, and the driver beside it. */
export type Open = (options?: WorldOptions) => World;

/**
 * One rule of docs/writing-a-driver.md, as it can be tried on any driver. It throws where the driver does not keep it.
 */
export interface ConformanceCase {
  /** Stable: manifests name it, and lists of what a driver passes. */
  readonly id: string;
  /** In a sentence that ends "The driver …". */
  readonly proves: string;
  readonly needs: readonly Need[];
  /** The order of the showcase that it is about: a platform that knows no such orders leaves it out. */
  readonly tag?: OrderTag;
  readonly run: (open: Open, subject: Subject) => Promise<void>;
}
