import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * RFC 4291 §2.4 and IANA: nothing else of IPv6 is public. `::7f00:1`, 127.0.0.1 in IPv6, counts as unicast otherwise.
 */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/**
 * Whether a webhook may be sent to this address: public unicast, or inside a network that the Store allows by name.
 * Everything else (loopback, private, link-local with its cloud metadata, carrier NAT …) would let a Store's author
 * reach into the cluster.
 */
export function addressAllowed(address: string, allowedNetworks: readonly string[]): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST))) return true;
  return allowedNetworks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return base.kind() === parsed.kind() && parsed.match(base, bits);
  });
}

export class AddressForbidden extends Error {}

/** For `connect.lookup`: resolves and refuses in one step, so that no second resolution can answer otherwise. */
export function guardedLookup(allowedNetworks: readonly string[]): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => addressAllowed(address, allowedNetworks));
      const first = allowed[0];
      if (!first) {
        return callback(
          new AddressForbidden(
            'the address is not public: allow its network in spec.allowedPrivateNetworks of the Store',
          ),
          '',
          0,
        );
      }
      if (options.all) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}
