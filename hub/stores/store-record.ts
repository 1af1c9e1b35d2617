import type { StoreSpec } from '../../crds/index.ts';

/** A Store as the hub knows it, from the Store resource or from `supercargo up`. */
export interface StoreRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  /** Uid of a Store that had this name before, whose data this one takes over. */
  readonly adopt?: string;
  readonly spec: StoreSpec;
  /** SHA-256 of the developer API key, hex. */
  readonly keyHash?: string;
}
