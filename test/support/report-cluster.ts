import type { EventView } from '../../cli/cluster-doors.ts';
import type { PodView } from '../../kit/kube/builtin.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';
import type { FakeCluster } from './fake-target.ts';

const pod = (namespace: string, name: string, part: string, labels: Record<string, string>, more: object): PodView => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ namespace, name, labels },
    annotations: { 'supercargo.dev/sync-requested-at': 'now', 'other.example/whole-manifest': 'hunter2x' },
  },
  spec: {
    containers: [
      {
        name: part,
        ports: [{ name: part === 'hub' ? 'metrics' : 'http', containerPort: 8080 }],
        // What a pod view does not name is in it all the same.
        ...{
          args: ['--password', 'hunter2x'],
          env: [
            { name: 'SUPERCARGO_LOG_LEVEL', value: 'info' },
            { name: 'SHOP_PASSWORD', value: 'hunter2x' },
          ],
        },
      },
    ],
  },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: part, image: `supercargo:${part}`, ready: true, restartCount: 0, ...more }],
  },
});

const chart = (component: string) => ({
  'app.kubernetes.io/name': 'supercargo',
  'app.kubernetes.io/component': component,
  'app.kubernetes.io/version': '0.1.0',
});
const sync = (connection: string) => ({
  'app.kubernetes.io/name': 'supercargo-sync',
  'supercargo.dev/connection': connection,
  'supercargo.dev/connection-kind': 'Connection',
});
const deployment = (namespace: string, name: string, labels: Record<string, string>): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace, name, labels },
});

/** Hub, operator and two sync pods; one of them was restarted. */
export function seededPods(): Pick<FakeCluster, 'pods' | 'deployments' | 'logs' | 'pages'> {
  return {
    pods: [
      pod('sc', 'hub-0', 'hub', chart('hub'), {}),
      pod('sc', 'operator-0', 'operator', chart('operator'), {}),
      pod('acme', 'sync-shop-1', 'sync', sync('shop'), { restartCount: 2 }),
      pod('acme', 'sync-other-1', 'sync', sync('other'), {}),
    ],
    deployments: [deployment('sc', 'hub', chart('hub')), deployment('acme', 'sync-shop', sync('shop'))],
    logs: { 'sync-shop-1': ['{"level":"info","message":"a run began"}'], 'sync-shop-1 previous': ['out of memory'] },
    pages: {
      'hub-0 /metrics': 'supercargo_x 1',
      'sync-shop-1 /metrics': 'supercargo_y 1',
      'sync-shop-1 /readyz': '[-] hub: no answer\nfailed\n',
    },
  };
}

const event = (kind: string, name: string, reason: string, minute: number): EventView => ({
  metadata: { namespace: 'acme', name: `${kind}.${name}.${reason}` },
  involvedObject: { kind, namespace: 'acme', name },
  lastTimestamp: `2026-11-27T11:${minute}:00Z`,
  ...{ type: 'Normal', reason, message: 'it was so' },
});

/** About a connection and its pod, and about others. */
export const seededEvents = (): EventView[] => [
  event('Connection', 'shop', 'Synced', 10),
  event('Pod', 'sync-shop-1', 'BackOff', 20),
  event('Feed', 'orders', 'Newest', 30),
  event('Connection', 'other', 'Theirs', 40),
  event('Pod', 'somebody-elses', 'Foreign', 50),
];
