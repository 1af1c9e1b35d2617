import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { run, tryRun, type RunResult } from './exec.ts';
import { ensureBinaries, startControlPlane, stderrLog, type ControlPlane } from './index.ts';
import { waitFor } from './wait.ts';

describe('a control plane without nodes', () => {
  let plane: ControlPlane;
  let binary: string;

  const attempt = (args: string[], input = ''): Promise<RunResult> =>
    tryRun(binary, args, { env: plane.adminEnv, input });
  const kubectl = (args: string[], input = ''): Promise<string> => run(binary, args, { env: plane.adminEnv, input });

  beforeAll(async () => {
    binary = (await ensureBinaries(['kubectl'], stderrLog)).kubectl;
    plane = await startControlPlane({
      log: stderrLog,
      controllers: ['namespace-controller', 'garbage-collector-controller'],
    });
  }, 45 * 60_000);

  afterAll(() => plane?.stop(), 60_000);

  it('decides by RBAC who may do what, and issues tokens for an audience', async () => {
    await kubectl(['create', 'serviceaccount', 'pod']);
    const token = (await kubectl(['create', 'token', 'pod', '--audience=supercargo-hub'])).trim();
    const review = JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, audiences: ['supercargo-hub'] },
    });
    expect(await kubectl(['create', '--filename=-', '--output=jsonpath={.status.user.username}'], review)).toBe(
      'system:serviceaccount:default:pod',
    );
    expect((await attempt(['get', 'secrets', '--as=system:serviceaccount:default:pod'])).stderr).toContain('Forbidden');
  }, 60_000);

  it('enforces admission policies', async () => {
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'no-red' },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        },
        validations: [{ expression: "object.metadata.name != 'red'", message: 'not red' }],
      },
    };
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'no-red' },
      spec: { policyName: 'no-red', validationActions: ['Deny'] },
    };
    await kubectl(
      ['apply', '--filename=-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [policy, binding] }),
    );
    await waitFor(
      'the policy',
      async () => (await attempt(['create', 'configmap', 'red', '--dry-run=server'])).stderr.includes('not red'),
      { timeout: 30_000, interval: 300 },
    );
    await kubectl(['create', 'configmap', 'blue']);
  }, 60_000);

  it('ends a namespace and what is in it when the controllers run', async () => {
    await kubectl(['create', 'namespace', 'short']);
    await kubectl(['create', 'configmap', 'inside', '--namespace=short']);
    await kubectl(['delete', 'namespace', 'short', '--timeout=60s']);
    expect((await attempt(['get', 'namespace', 'short'])).stderr).toContain('NotFound');
  }, 90_000);

  it('writes down who asked for what', async () => {
    await waitFor(
      'the audit log',
      async () =>
        (await readFile(plane.auditLog, 'utf8')).includes('/api/v1/namespaces/default/serviceaccounts/pod/token'),
      { timeout: 10_000 },
    );
  }, 60_000);

  it('keeps its data through a crash and a stop', async () => {
    await plane.kubeApiserver.kill();
    expect((await attempt(['get', 'configmap', 'blue', '--request-timeout=2s'])).code).not.toBe(0);
    await plane.kubeApiserver.start();
    await plane.kubeApiserver.stop();
    await plane.kubeApiserver.start();
    expect(await kubectl(['get', 'configmap', 'blue', '--output=name'])).toBe('configmap/blue\n');
  }, 120_000);

  it('stalls while it is paused, and goes on', async () => {
    plane.kubeApiserver.pause();
    const stalled = await attempt(['get', 'configmap', 'blue', '--request-timeout=1s']);
    plane.kubeApiserver.resume();
    expect(stalled.stderr).toMatch(/timeout|deadline/i);
    expect(await kubectl(['get', 'configmap', 'blue', '--output=name'])).toBe('configmap/blue\n');
  }, 60_000);

  it('stands beside others', async () => {
    const others = await Promise.all([startControlPlane(), startControlPlane()]);
    expect(new Set([plane, ...others].map((each) => each.server)).size).toBe(3);
    await Promise.all(others.map((each) => each.stop()));
  }, 120_000);
});
