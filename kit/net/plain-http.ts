import { isIP } from 'node:net';
import { addressKind } from './addresses.ts';

/**
 * Whether what is sent to this address goes in clear over a network that others may listen on. Names without a dot and
 * those of Services stay in the cluster, loopback in the machine. What is no web address is not one. Pure.
 */
export function isInClear(address: string): boolean {
  const url = URL.parse(address);
  if (url?.protocol !== 'http:') return false;
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host)) return addressKind(host) !== 'loopback';
  return host.includes('.') && !/\.(svc|svc\.cluster\.local|localhost)$/.test(host);
}
