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

/** A network with what it was written as, read once: thousands of policies are made of the same few. */
interface Network {
  readonly cidr: string;
  readonly read: ReturnType<typeof parseNetwork>;
}
const network = (cidr: string): Network => ({ cidr, read: parseNetwork(cidr) });

const NEVER = outermost([...NEVER_V4, ...NEVER_V6]);
const NOT_PUBLIC = outermost([...PRIVATE_V4, ...PRIVATE_V6, ...NEVER_V4, ...NEVER_V6]);
const PUBLIC = blocks(EVERYTHING, NOT_PUBLIC);

/** Every public address, of both families. Pure. */
export const publicAddresses = (): readonly IpBlock[] => PUBLIC;

const ALLOWED = blocks(EVERYTHING, NEVER);

/** Every address but those that are never called, of both families. Pure. */
export const everywhereAllowed = (): readonly IpBlock[] => ALLOWED;

/** These networks, without what is never called. One that lies in it wholly is left out. Pure. */
export const anywhereAllowed = (networks: readonly string[]): IpBlock[] => blocks(networks, NEVER);

/** Without those that lie in another: they say nothing more. */
function outermost(cidrs: readonly string[]): readonly Network[] {
  const all = cidrs.map(network);
  return all.filter((one) => !all.some((other) => other !== one && isInside(one, other)));
}

/** An exception must lie inside its block, and be smaller: API servers refuse others. */
function blocks(networks: readonly string[], exceptions: readonly Network[]): IpBlock[] {
  return networks
    .map(network)
    .filter((each) => !exceptions.some((one) => one.cidr === each.cidr || isInside(each, one)))
    .map((each) => {
      const except = exceptions.filter((one) => isInside(one, each)).map(({ cidr }) => cidr);
      return { ipBlock: except.length > 0 ? { cidr: each.cidr, except } : { cidr: each.cidr } };
    });
}

function isInside({ read: inner }: Network, { read: outer }: Network): boolean {
  if (!inner || !outer || inner[0].kind() !== outer[0].kind()) return false;
  return inner[1] > outer[1] && ipaddr.parse(inner[0].toString()).match(outer[0], outer[1]);
}
