import { lookup as dnsLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network, parsed. */
export type Network = readonly [base: Address, bits: number];

/**
 * Which addresses may be called beside public ones. An installation says it for all; whoever stands below it can only
 * choose among what it allows.
 */
export interface Reach {
  readonly privateNetworks: readonly Network[];
  /** Whether loopback may be among the networks: on a developer's own machine; never in a cluster. */
  readonly loopback: boolean;
}

/** Public addresses alone. */
export const PUBLIC_ONLY: Reach = { privateNetworks: [], loopback: false };

/** Everything but what nobody may call: for a program that runs on its user's own machine. */
export const OWN_MACHINE: Reach = {
  privateNetworks: [ipaddr.parseCIDR('0.0.0.0/0'), ipaddr.parseCIDR('::/0')],
  loopback: true,
};

/**
 * RFC 4291 §2.4 and IANA: nothing else of IPv6 is public. `::7f00:1`, 127.0.0.1 in IPv6, counts as unicast otherwise.
 */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** Where clouds tell a machine its secrets, outside the link-local range (which is never called anyway). */
const METADATA = [
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
].map((text) => ipaddr.parseCIDR(text));

const PRIVATE = new Set(['private', 'carrierGradeNat', 'uniqueLocal']);

/** What an address is to somebody who calls it; `never`: link-local, metadata, multicast, reserved, or no address. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'never';

/** Judges an address as text. Never throws: what cannot be read is never called. */
export function addressKind(text: string): AddressKind {
  const address = parseAddress(text);
  return address ? kindOf(address) : 'never';
}

/** Whether all of these allow a call to the address. Never throws: a doubt means no. */
export function mayCall(text: string, reaches: readonly Reach[]): boolean {
  const address = parseAddress(text);
  if (!address) return false;
  const kind = kindOf(address);
  if (kind === 'public') return true;
  if (kind === 'never' || (kind === 'loopback' && !reaches.every(({ loopback }) => loopback))) return false;
  return reaches.every(({ privateNetworks }) => privateNetworks.some((one) => isIn(address, one)));
}

/** A network in CIDR notation; undefined for what is none. */
export function parseNetwork(text: string): Network | undefined {
  if (!ipaddr.isValidCIDR(text)) return undefined;
  const [base, bits] = ipaddr.parseCIDR(text);
  return [base, bits];
}

/**
 * What a list of networks allows, and the entries that are none. Loopback is one that may be listed; whether it is
 * called is also the installation's word.
 */
export function reachOf(texts: readonly string[]): { readonly reach: Reach; readonly unreadable: readonly string[] } {
  const parsed = texts.map((text) => ({ text, network: parseNetwork(text) }));
  return {
    reach: { privateNetworks: parsed.flatMap(({ network }) => (network ? [network] : [])), loopback: true },
    unreadable: parsed.flatMap(({ text, network }) => (network ? [] : [text])),
  };
}

/** Why a call was not made. */
export class AddressForbidden extends Error {}

/**
 * For `connect.lookup`: resolves and refuses in one step, so that no second resolution can answer otherwise. `remedy`
 * ends the message. The callback is called whatever happens: an exception in it would end the process.
 */
export function guardedLookup(reaches: readonly Reach[], remedy: string): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => mayCall(address, reaches));
      const first = allowed[0];
      if (!first) return callback(forbidden(addresses[0]?.address, remedy), '', 0);
      if (options.all) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}

/**
 * Sockets do not look up a host that is an address already: it is judged before a call. Returns why it must not be
 * made.
 */
export function literalForbidden(url: URL, reaches: readonly Reach[], remedy: string): AddressForbidden | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) && !mayCall(host, reaches) ? forbidden(host, remedy) : undefined;
}

function forbidden(address: string | undefined, remedy: string): AddressForbidden {
  const kind = address === undefined ? 'never' : addressKind(address);
  return new AddressForbidden(
    kind === 'never' ? 'the address is none that may ever be called' : `the address is not public: ${remedy}`,
  );
}

function kindOf(address: Address): AddressKind {
  if (METADATA.some((one) => isIn(address, one))) return 'never';
  const range = address.range();
  if (range === 'unicast') return address.kind() === 'ipv4' || isIn(address, GLOBAL_UNICAST) ? 'public' : 'never';
  if (range === 'loopback') return 'loopback';
  return PRIVATE.has(range) ? 'private' : 'never';
}

function isIn(address: Address, [base, bits]: Network): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

function parseAddress(text: string): Address | undefined {
  try {
    const address = ipaddr.process(text);
    // What stands behind a NAT64 is called, not the address of the NAT64.
    return address.range() === 'rfc6052' ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
  } catch {
    return undefined;
  }
}
