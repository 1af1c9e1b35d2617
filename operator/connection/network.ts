import { allowedHosts, portsOf } from '../../model/hosts.ts';
import { anywhereAllowed, everywhereAllowed, publicAddresses } from '../../kit/net/ip-blocks.ts';
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
/** Where the hub listens in its pod: policies look at a connection after a Service has sent it on. */
const HUB_CONTAINER_PORT = 8080;

/**
 * A sync pod talks to DNS, the API server, the hub and its store, and is talked to on its health port. The API server
 * has no labels, so it is known by its ports. Of hosts on the internet a NetworkPolicy can say their ports alone: the
 * pod holds to their names and addresses (sync/http).
 */
export function networkPolicySpec({ connection, driver, pod }: ChildrenInput): object {
  const hub = [...portsOf(allowedHosts([pod.hubUrl], {})), HUB_CONTAINER_PORT];
  return {
    podSelector: { matchLabels: selectorLabels(connection) },
    policyTypes: ['Egress', 'Ingress'],
    ingress: [{ ports: [{ protocol: 'TCP', port: 8080 }] }],
    egress: [
      { ports: DNS },
      { ports: tcp(hub), to: [hubPods(pod.hubNamespace)] },
      { ports: tcp(pod.apiServerPorts), to: [...everywhereAllowed()] },
      {
        ports: tcp(storePorts(driver.spec.hosts ?? [], connection.spec.settings ?? {})),
        to: [...publicAddresses(), ...anywhereAllowed(pod.privateNetworks)],
      },
      ...toProxies(pod.template.proxy),
    ],
  };
}

/** A proxy is mostly inside the network, under a name: it is known by its port, as the API server is. */
function toProxies({ http, https }: { readonly http: string; readonly https: string }): object[] {
  const ports = portsOf(allowedHosts([http, https].filter(Boolean), {}));
  return ports.length === 0 ? [] : [{ ports: tcp(ports), to: [...everywhereAllowed()] }];
}

function tcp(ports: readonly number[]): Port[] {
  return [...new Set(ports)].sort((a, b) => a - b).map((port): Port => ({ protocol: 'TCP', port }));
}

function hubPods(namespace: string): object {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'supercargo', 'app.kubernetes.io/component': 'hub' } },
  };
}

/** Of the hosts that the driver names, which the pod holds to by name; of any store on the web where it names none. */
function storePorts(rules: readonly string[], settings: Readonly<Record<string, unknown>>): readonly number[] {
  return rules.length > 0
    ? portsOf(allowedHosts(rules, settings))
    : [...WEB, ...portsOf(allowedHosts(['settings.url'], settings))];
}
