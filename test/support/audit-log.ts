interface AuditLine {
  readonly stage: string;
  readonly verb: string;
  readonly userAgent?: string;
  readonly responseStatus?: { readonly code?: number };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

/** Writes that the API server took from this user agent, Leases aside: "verb resource/subresource namespace/name". */
export function writesOf(agent: string, log: string): string[] {
  // The last line may be half written.
  return log
    .slice(0, log.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(
      ({ stage, userAgent, verb, objectRef, responseStatus }) =>
        stage === 'ResponseComplete' &&
        userAgent === agent &&
        (responseStatus?.code ?? 0) < 400 &&
        !['get', 'list', 'watch'].includes(verb) &&
        objectRef?.resource !== 'leases',
    )
    .map(
      ({ verb, objectRef }) =>
        `${verb} ${objectRef?.resource}/${objectRef?.subresource ?? ''} ${objectRef?.namespace ?? ''}/${objectRef?.name ?? ''}`,
    );
}
