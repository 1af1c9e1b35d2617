import type { Dispatcher } from 'undici';

/** What a request to the API server carries. */
export interface ApiCredentials {
  readonly headers: Readonly<Record<string, string>>;
  /** TLS as the server asks for it; undefined: no settings of its own. */
  readonly dispatcher?: Dispatcher;
}

/** Where the API server is and how to speak to it. */
export interface ApiAccess {
  readonly server: URL;
  /** Read anew each time: tokens and certificates rotate. `connect`: a new dispatcher is wanted, too. */
  credentials(connect: boolean): Promise<ApiCredentials>;
}
