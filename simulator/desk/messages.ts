export interface SimRequest {
  readonly method: string;
  /** Path and query, without the base. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SimResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The answer takes so long. */
  readonly delayMs: number;
  /** The connection breaks and no answer arrives; what was to be done is done. */
  readonly broken: boolean;
}

/** A webhook as a platform words and signs it. */
export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
