import type { ChildrenInput } from './children-input.ts';
import { selectorLabels } from './labels.ts';

interface Port { readonly protocol: 'TCP' | 'UDP'; readonly port: number }

const DNS: readonly Port[] = [{ protocol: 'UDP', port: 53 }, { protocol: 'TCP', port: 53 }];
const WEB = [80, 443];
/** Where clouds hand out the node's own credentials: no store lives there. */
const LINK_LOCAL = '169.254.0.0/16';

/**
 * A sync pod talks to DNS, the API server, the hub and its store, and is talked to on its health port. Ports are all
 * that a NetworkPolicy can say about hosts on the internet; metadata services of clouds are cut off.
 */
export function networkPolicySpec({ connection, pod }: ChildrenInput): object {
  const ports = new Set([...WEB, ...pod.apiServerPorts, portOf(pod.hubUrl), portOf(connection.spec.settings?.['url'])].filter((port) => port !== undefined));
  const tcp = [...ports].sort((a, b) => a - b).map((port): Port => ({ protocol: 'TCP', port }));
  return {
    podSelector: { matchLabels: selectorLabels(connection) },
    policyTypes: ['Egress', 'Ingress'],
    ingress: [{ ports: [{ protocol: 'TCP', port: 8080 }] }],
    egress: [
      { ports: DNS },
      { ports: tcp, to: [{ namespaceSelector: {} }, { ipBlock: { cidr: '0.0.0.0/0', except: [LINK_LOCAL] } }, { ipBlock: { cidr: '::/0' } }] },
    ],
  };
}

function portOf(url: unknown): number | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port);
}
