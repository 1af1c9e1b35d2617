import { run, tryRun } from './exec.ts';
import { prefixesOf, type Layout } from './layout.ts';
import type { ProcessIdentity } from './pid.ts';
import { runInside } from './sandbox.ts';

/** True when a route or an address of the machine already lies in the slot's ranges. */
export async function slotIsTaken(layout: Layout): Promise<boolean> {
  const known = `${await run('ip', ['-4', '-o', 'addr'])}\n${await run('ip', ['-4', 'route'])}`;
  return prefixesOf(layout).some((prefix) => new RegExp(`\\b${prefix.replaceAll('.', '\\.')}`).test(known));
}

/**
 * A cable between the machine and the node, and routes over it to pods and
 * Services: a test on the machine calls them by their own addresses, and they
 * call the machine.
 */
export async function connectNetwork(layout: Layout, init: ProcessIdentity): Promise<void> {
  await tryRun('ip', ['link', 'delete', layout.hostInterface]); // what a killed attempt may have left
  await run('ip', [
    'link',
    'add',
    layout.hostInterface,
    'type',
    'veth',
    'peer',
    'name',
    'eth0',
    'netns',
    String(init.pid),
  ]);
  await run('ip', ['addr', 'add', `${layout.hostAddress}/24`, 'dev', layout.hostInterface]);
  await run('ip', ['link', 'set', layout.hostInterface, 'up']);
  const node = [
    'set -e',
    'ip link set lo up',
    `ip addr add ${layout.nodeAddress}/24 dev eth0`,
    'ip link set eth0 up',
    `ip route add default via ${layout.hostAddress}`,
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
  ].join('\n');
  await runInside(init, 'sh', ['-c', node]);
  for (const range of [layout.podRange, layout.serviceRange]) {
    await run('ip', ['route', 'replace', range, 'via', layout.nodeAddress, 'dev', layout.hostInterface]);
  }
  await shareUplink(layout);
}

/** Lets pods out to the internet through the machine, where it lets them. Not needed by any test, so it may fail. */
async function shareUplink(layout: Layout): Promise<void> {
  const rules = `
    table ip ${tableName(layout)}
    delete table ip ${tableName(layout)}
    table ip ${tableName(layout)} {
      chain postrouting {
        type nat hook postrouting priority srcnat;
        ip saddr { 10.88.${layout.slot}.0/24, ${layout.podRange} } oifname != "${layout.hostInterface}" masquerade
      }
    }`;
  await tryRun('sh', ['-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
  await tryRun('nft', ['-f', '-'], { input: rules });
}

/** Routes and cable go with the node's namespace; the machine's own rule does not. */
export async function disconnectNetwork(layout: Layout): Promise<void> {
  await tryRun('ip', ['link', 'delete', layout.hostInterface]);
  await tryRun('nft', ['delete', 'table', 'ip', tableName(layout)]);
}

function tableName(layout: Layout): string {
  return `supercargo_${layout.slot}`;
}
