import { allowedHosts, portsOf } from '../../model/hosts.ts';
import type { ChildrenInput } from './children-input.ts';
import { selectorLabels } from './labels.ts';

interface Port {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

const DNS: readonly Port[] = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];
const WEB = [80, 443];
/** Where clouds hand out the node's own credentials: no store lives there. */
const LINK_LOCAL = '169.254.0.0/16';

/**
 * A sync pod talks to DNS, the API server, the hub and its store, and is talked to on its health port. Ports are all
 * that a NetworkPolicy can say of hosts on the internet (the pod holds to their names, sync/http); metadata services of
 * clouds are cut off.
 */
export function networkPolicySpec({ connection, driver, pod }: ChildrenInput): object {
  const store = storePorts(driver.spec.hosts ?? [], connection.spec.settings ?? {});
  const ports = new Set([...store, ...pod.apiServerPorts, ...portsOf(allowedHosts([pod.hubUrl], {}))]);
  const tcp = [...ports].sort((a, b) => a - b).map((port): Port => ({ protocol: 'TCP', port }));
  return {
    podSelector: { matchLabels: selectorLabels(connection) },
    policyTypes: ['Egress', 'Ingress'],
    ingress: [{ ports: [{ protocol: 'TCP', port: 8080 }] }],
    egress: [
      { ports: DNS },
      {
        ports: tcp,
        to: [
          { namespaceSelector: {} },
          { ipBlock: { cidr: '0.0.0.0/0', except: [LINK_LOCAL] } },
          { ipBlock: { cidr: '::/0' } },
        ],
      },
    ],
  };
}

/** Of the hosts that the driver names, which the pod holds to by name; of any store on the web where it names none. */
function storePorts(rules: readonly string[], settings: Readonly<Record<string, unknown>>): readonly number[] {
  return rules.length > 0
    ? portsOf(allowedHosts(rules, settings))
    : [...WEB, ...portsOf(allowedHosts(['settings.url'], settings))];
}
