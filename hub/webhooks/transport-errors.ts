import { brokenCall, type BrokenBy } from '../../kit/net/broken-call.ts';
import { AddressForbidden } from '../../kit/net/addresses.ts';

const WORDS: Readonly<Record<BrokenBy, string>> = {
  DnsFailure: "the endpoint's name does not resolve",
  ConnectionRefused: 'the endpoint refused the connection',
  CertificateInvalid: "the endpoint's TLS certificate is not accepted",
  Timeout: 'the endpoint did not answer in time',
  Aborted: 'the hub stopped before the endpoint answered',
  AddressForbidden: 'the address is none that may be called',
  ConnectionFailed: 'the connection to the endpoint broke',
};

/**
 * Why no answer came to a webhook, in words for whoever owns the endpoint. Never the system's own: a Store's author
 * could draw a map of the cluster's network with them.
 */
export function transportError(error: unknown): string {
  const { by, cause } = brokenCall(error);
  return cause instanceof AddressForbidden ? cause.message : WORDS[by];
}
