import { beforeAll, expect, it, jest } from '@jest/globals';
import { BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { rendered } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
beforeAll(() => ensureBinaries(['helm'], noLog));

it('hooks come when they are due, are made anew, and are gone once they succeeded', async () => {
  const hooks = (await rendered()).flatMap(({ kind, metadata }) => {
    const { annotations = {} } = metadata as { annotations?: Record<string, string> };
    const [hook, policy] = ['helm.sh/hook', 'helm.sh/hook-delete-policy'].map((name) => annotations[name]);
    return hook ? [[kind, metadata.name, hook, policy, annotations['helm.sh/hook-weight']]] : [];
  });
  const policy = 'before-hook-creation,hook-succeeded';
  expect(hooks.sort()).toEqual([
    ['ClusterRole', 'default.supercargo-crd-upgrade', 'pre-upgrade', policy, '-2'],
    ['ClusterRoleBinding', 'default.supercargo-crd-upgrade', 'pre-upgrade', policy, '-1'],
    ['Job', 'supercargo-connections-must-be-deleted-first', 'pre-delete', policy, undefined],
    ['Job', 'supercargo-crd-upgrade', 'pre-upgrade', policy, undefined],
    ['Pod', 'supercargo-test', 'test', policy, undefined],
    ['ServiceAccount', 'supercargo-crd-upgrade', 'pre-upgrade', policy, '-2'],
  ]);
});

it('no job waits for ever', async () => {
  const jobs = (await rendered()).filter(({ kind }) => kind === 'Job');
  expect(jobs.map(({ metadata, spec }) => [metadata.name, spec['activeDeadlineSeconds']]).sort()).toEqual([
    ['supercargo-connections-must-be-deleted-first', 300],
    ['supercargo-crd-upgrade', 3600],
  ]);
});

it('a network policy lets the pod of every job and of helm test reach the API server and the hub', async () => {
  const all = await rendered('networkPolicy.enabled=true');
  const policy = all.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'supercargo-jobs')!;
  const { matchExpressions } = policy.spec['podSelector'] as { matchExpressions: { key: string; values: string[] }[] };
  const components = all.flatMap(({ kind, metadata, spec }) => {
    if (kind !== 'Job' && kind !== 'Pod') return [];
    const template = kind === 'Pod' ? { metadata } : (spec['template'] as { metadata: object });
    const { labels } = template.metadata as { labels: Readonly<Record<string, string>> };
    return [labels['app.kubernetes.io/component']];
  });
  expect(matchExpressions.map(({ key, values }) => [key, [...values].sort()])).toEqual([
    ['app.kubernetes.io/component', components.sort()],
  ]);
  const egress = policy.spec['egress'] as { ports: { port: number }[] }[];
  expect(egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([[53, 53], [443, 6443], [8080]]);
});
