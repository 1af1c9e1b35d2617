/** Whether a key may go there: over plain http to this machine, or to a name of the cluster, only. */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (!url) return false;
  const { protocol, hostname } = url;
  return protocol === 'https:' || /^(localhost|127\.0\.0\.1|[^.]+|.+\.(internal|local|svc))$/.test(hostname);
}
