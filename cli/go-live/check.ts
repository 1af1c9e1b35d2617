/** What a person may decide to go on with all the same, each with what it means; everything else must be put right. */
export const ACCEPTABLE = {
  problems: 'open problems of severity Error stay open',
  parcels: 'parcels that were reported in Test mode are told to the shop, and perhaps to its customers',
  brakes: 'what the brakes would hold is held at once',
  unseen: 'what Test mode kept back is sent without having been looked at',
  git: 'a tool puts spec.mode back by itself',
} as const;
export type Acceptable = keyof typeof ACCEPTABLE;

/** One thing that a careful person looks at before a shop is written to. */
export interface Check {
  readonly what: string;
  /** `look`: told, and no reason against it. `stop`: not until it is put right, or accepted where it can be. */
  readonly verdict: 'ok' | 'look' | 'stop';
  readonly found: string;
  /** Of a `stop`: the one thing to do. */
  readonly next?: string;
  readonly accept?: Acceptable;
}
