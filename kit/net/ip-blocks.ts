import ipaddr from 'ipaddr.js';
import { parseNetwork } from './addresses.ts';

/** A peer of a NetworkPolicy. */
export interface IpBlock {
  readonly ipBlock: { readonly cidr: string; readonly except?: readonly string[] };
}

/** Never called: link-local, and where clouds hand out a node's credentials (see addresses.ts). */
const NEVER_V4 = ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32', '127.0.0.0/8'];
const NEVER_V6 = ['fe80::/10', 'fd00:ec2::254/128', 'fd20:ce::254/128', '::1/128'];
const PRIVATE_V4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
const PRIVATE_V6 = ['fc00::/7'];
const EVERYTHING = ['0.0.0.0/0', '::/0'];

/** Every public address, of both families. Pure. */
export function publicAddresses(): IpBlock[] {
  return blocks(EVERYTHING, [...PRIVATE_V4, ...PRIVATE_V6, ...NEVER_V4, ...NEVER_V6]);
}

/** These networks, without what is never called. One that lies in it wholly is left out. Pure. */
export function anywhereAllowed(networks: readonly string[]): IpBlock[] {
  return blocks(networks, [...NEVER_V4, ...NEVER_V6]);
}

/** An exception must lie inside its block, and be smaller: API servers refuse others. */
function blocks(networks: readonly string[], exceptions: readonly string[]): IpBlock[] {
  // What lies in another exception says nothing more.
  const needed = exceptions.filter((one) => !exceptions.some((other) => other !== one && isInside(one, other)));
  return networks
    .filter((cidr) => !exceptions.some((one) => one === cidr || isInside(cidr, one)))
    .map((cidr) => {
      const except = needed.filter((one) => isInside(one, cidr));
      return { ipBlock: except.length > 0 ? { cidr, except } : { cidr } };
    });
}

function isInside(inner: string, outer: string): boolean {
  const [a, b] = [parseNetwork(inner), parseNetwork(outer)];
  if (!a || !b || a[0].kind() !== b[0].kind()) return false;
  return a[1] > b[1] && ipaddr.parse(a[0].toString()).match(b[0], b[1]);
}
