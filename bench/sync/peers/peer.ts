export type List = 'orders' | 'products';

export interface PeerRun {
  readonly list: List;
  readonly shopUrl: string;
  readonly databaseUrl: string;
  /** A folder of this peer's own: configuration, state, files under way. Lives through full, changed and unchanged. */
  readonly work: string;
}

export interface PeerCommand {
  readonly line: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A program to compare with, in one configuration. */
export interface Peer {
  readonly system: string;
  /** What it does more or less than Supercargo: printed beside each ratio. */
  readonly unequal: string;
  /** Writes configuration and says what to run; run again it goes on from its state. */
  command(run: PeerRun): Promise<PeerCommand>;
  /** Rows, distinct ids, money and pieces (null: kept as text) in the database; absent when it writes none. */
  check?(list: List): string;
}
