import { brokenCall, type BrokenBy } from '../../kit/net/broken-call.ts';
import { AddressForbidden } from '../../kit/net/addresses.ts';
import type { ProxyFailure } from '../../kit/net/proxy.ts';
import { ProxyFailed } from '../base/webhook-transport.ts';

const WORDS: Readonly<Record<BrokenBy, string>> = {
  DnsFailure: "the endpoint's name does not resolve",
  ConnectionRefused: 'the endpoint refused the connection',
  CertificateInvalid: "the endpoint's TLS certificate is not accepted",
  Timeout: 'the endpoint did not answer in time',
  Aborted: 'the hub stopped before the endpoint answered',
  AddressForbidden: 'the address is none that may be called',
  ConnectionFailed: 'the connection to the endpoint broke',
};

/** Where the proxy is, is the installation's affair: a Store's author learns that the fault is not his. */
const OF_THE_PROXY: Readonly<Record<ProxyFailure['by'], string>> = {
  login:
    "the installation's proxy wants another login: who runs it puts it into the Secret of hub.webhooks.proxy.loginSecret",
  refusal: "the installation's proxy does not let the hub call the endpoint: have it allow the endpoint's host",
  unreachable: "the installation's proxy cannot be reached: who runs it checks hub.webhooks.proxy of the chart",
};

/**
 * Why no answer came to a webhook, in words for whoever owns the endpoint. Never the system's own: a Store's author
 * could draw a map of the cluster's network with them.
 */
export function transportError(error: unknown): string {
  if (error instanceof ProxyFailed) return OF_THE_PROXY[error.failure.by];
  const { by, cause } = brokenCall(error);
  return cause instanceof AddressForbidden ? cause.message : WORDS[by];
}
